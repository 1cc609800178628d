//! How a message, a word list and a noun cross the wire: one line each, checked by the compiler,
//! since a field left out is a struct left incomplete.

/// A struct whose fields have the same names in the domain and in protobuf.
macro_rules! record {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::field::Field<Option<pb::$name>> for $name {
            fn to_wire(&self) -> Option<pb::$name> {
                Some(pb::$name { $($field: $crate::field::Field::to_wire(&self.$field)),* })
            }
            fn from_wire(
                wire: Option<pb::$name>, name: &'static str,
            ) -> Result<Self, $crate::WireError> {
                let pb::$name { $($field),* } =
                    wire.ok_or($crate::WireError::Missing { field: name })?;
                Ok($name {
                    $($field: $crate::field::Field::from_wire($field, stringify!($field))?),*
                })
            }
        }

        impl $crate::field::Field<Vec<pb::$name>> for Vec<$name> {
            fn to_wire(&self) -> Vec<pb::$name> {
                self.iter().filter_map($crate::field::Field::to_wire).collect()
            }
            fn from_wire(
                wire: Vec<pb::$name>, name: &'static str,
            ) -> Result<Self, $crate::WireError> {
                wire.into_iter()
                    .map(|one| $crate::field::Field::from_wire(Some(one), name))
                    .collect()
            }
        }
    };
}

/// A closed list of words.
macro_rules! choice {
    ($name:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::field::Field<i32> for $name {
            fn to_wire(&self) -> i32 {
                match self { $($name::$variant => pb::$name::$variant.into()),* }
            }
            fn from_wire(wire: i32, name: &'static str) -> Result<Self, $crate::WireError> {
                match pb::$name::try_from(wire) {
                    $(Ok(pb::$name::$variant) => Ok($name::$variant),)*
                    Ok(pb::$name::Unspecified) => {
                        Err($crate::WireError::Missing { field: name })
                    }
                    Err(_) => Err($crate::WireError::Newer { what: name }),
                }
            }
        }

        impl $crate::field::Field<i32> for Option<$name> {
            fn to_wire(&self) -> i32 {
                self.map_or(0, |word| $crate::field::Field::to_wire(&word))
            }
            fn from_wire(wire: i32, name: &'static str) -> Result<Self, $crate::WireError> {
                if wire == 0 { return Ok(None); }
                $crate::field::Field::from_wire(wire, name).map(Some)
            }
        }

        impl $crate::field::Field<Vec<i32>> for Vec<$name> {
            fn to_wire(&self) -> Vec<i32> {
                self.iter().map($crate::field::Field::to_wire).collect()
            }
            fn from_wire(wire: Vec<i32>, name: &'static str) -> Result<Self, $crate::WireError> {
                wire.into_iter().map(|one| $crate::field::Field::from_wire(one, name)).collect()
            }
        }
    };
}

/// One of several identifiers.
macro_rules! either {
    ($name:ident, $module:ident { $($variant:ident),* }) => {
        impl $crate::field::Field<Option<pb::$name>> for $name {
            fn to_wire(&self) -> Option<pb::$name> {
                Some(pb::$name { $module: Some(match self {
                    $($name::$variant(id) => {
                        pb::$module::$name::$variant($crate::field::Field::to_wire(id))
                    })*
                }) })
            }
            fn from_wire(
                wire: Option<pb::$name>, name: &'static str,
            ) -> Result<Self, $crate::WireError> {
                match wire.and_then(|one| one.$module) {
                    $(Some(pb::$module::$name::$variant(id)) => {
                        $crate::field::Field::from_wire(id, name).map($name::$variant)
                    })*
                    None => Err($crate::WireError::Missing { field: name }),
                }
            }
        }
    };
}

/// The commands or the events of a noun.
macro_rules! noun {
    ($name:ident, $module:ident, $field:ident, $oneof:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::field::Noun for $name {
            type Message = pb::$name;
            fn to_message(&self) -> pb::$name {
                pb::$name { $field: match self {
                    $($name::$variant(facts) => {
                        $crate::field::Field::to_wire(facts).map(pb::$module::$oneof::$variant)
                    })*
                } }
            }
            fn from_message(message: pb::$name) -> Result<Self, $crate::WireError> {
                match message.$field {
                    $(Some(pb::$module::$oneof::$variant(facts)) => {
                        $crate::field::Field::from_wire(Some(facts), stringify!($variant))
                            .map($name::$variant)
                    })*
                    None => Err($crate::WireError::Newer { what: stringify!($name) }),
                }
            }
        }
    };
}
