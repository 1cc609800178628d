//! `#[derive(Form)]`: how a value is written as bytes, read and described, field by field.
//!
//! A struct is its fields in their order. An enum is one byte, the place of the variant, and then
//! the variant's fields. The trait and the leaves are in `ledger::form`.
//!
//! | attribute | on | meaning |
//! |---|---|---|
//! | `#[form(check = "path")]` | the type | `fn(&Self) -> bool`: whether what was read can be |
//! | `#[form(skip)]` | a field | not written, and as by `Default` when read |

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Data, DeriveInput, Error, Fields, LitStr, Path, Result, parse_quote};

/// Derives `ledger::form::Form`.
#[proc_macro_derive(Form, attributes(form))]
pub fn derive_form(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = syn::parse_macro_input!(input as DeriveInput);
    let form = form_of(input).unwrap_or_else(Error::into_compile_error);
    form.into()
}

/// What is derived of a struct, or of a variant of an enum.
struct Shape {
    /// Takes it apart.
    pattern: TokenStream,
    write: TokenStream,
    /// Puts it together.
    read: TokenStream,
    describe: TokenStream,
}

fn form_of(mut input: DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let (write, read, describe) = match &input.data {
        Data::Struct(data) => {
            let shape = shape(&quote!(Self), &data.fields)?;
            let (pattern, write) = (shape.pattern, shape.write);
            let write = quote! { let #pattern = self; #write };
            (write, shape.read, shape.describe)
        }
        Data::Enum(data) => of_enum(name, data)?,
        Data::Union(_) => return Err(Error::new_spanned(name, "a union has no form")),
    };
    let read = match asked(&input.attrs)?.check {
        Some(check) => {
            let wrong = format!("a {name} that cannot be");
            quote! {
                let value: Self = #read;
                if !#check(&value) {
                    return ::core::result::Result::Err(input.fail(#wrong));
                }
                ::core::result::Result::Ok(value)
            }
        }
        None => quote!(::core::result::Result::Ok(#read)),
    };
    for parameter in input.generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(::ledger::form::Form));
    }
    let (before, after, conditions) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #before ::ledger::form::Form for #name #after #conditions {
            fn write(&self, out: &mut ::ledger::form::Out<'_>) {
                #write
            }

            fn read(
                input: &mut ::ledger::form::Input<'_>,
            ) -> ::core::result::Result<Self, ::ledger::form::Bad> {
                #read
            }

            fn describe(to: &mut ::ledger::form::Description) {
                to.named::<Self>(|to| { #describe });
            }
        }
    })
}

/// How an enum is written, read and described.
fn of_enum(
    name: &syn::Ident,
    data: &syn::DataEnum,
) -> Result<(TokenStream, TokenStream, TokenStream)> {
    let (mut writes, mut reads, mut describes) = (Vec::new(), Vec::new(), Vec::new());
    for (place, variant) in data.variants.iter().enumerate() {
        let (word, text) = (&variant.ident, variant.ident.to_string());
        let Ok(tag) = u8::try_from(place) else {
            return Err(Error::new_spanned(word, "a form has at most 256 variants"));
        };
        let Shape {
            pattern,
            write,
            read,
            describe,
        } = shape(&quote!(Self::#word), &variant.fields)?;
        writes.push(quote!(#pattern => { out.put(&[#tag]); #write }));
        reads.push(quote!(#tag => #read));
        describes.push(quote!(to.variant(#text); #describe));
    }
    let wrong = format!("no variant of {name}");
    let read = quote! {
        match input.byte()? {
            #(#reads,)*
            _ => return ::core::result::Result::Err(input.fail(#wrong)),
        }
    };
    Ok((
        quote!(match self { #(#writes)* }),
        read,
        quote!(#(#describes)*),
    ))
}

/// Fields by their names or places, which are written alike: `Pair { 0: first }`.
fn shape(path: &TokenStream, fields: &Fields) -> Result<Shape> {
    let (mut patterns, mut writes) = (Vec::new(), Vec::new());
    let (mut reads, mut describes) = (Vec::new(), Vec::new());
    for (place, (member, field)) in fields.members().zip(fields).enumerate() {
        if asked(&field.attrs)?.skip {
            patterns.push(quote!(#member: _));
            reads.push(quote!(#member: ::core::default::Default::default()));
            continue;
        }
        let (binding, its_type) = (format_ident!("field_{place}"), &field.ty);
        let text = match &member {
            syn::Member::Named(name) => name.to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        patterns.push(quote!(#member: #binding));
        writes.push(quote!(::ledger::form::Form::write(#binding, out);));
        reads.push(quote!(#member: ::ledger::form::Form::read(input)?));
        describes.push(quote! {
            to.field(#text);
            <#its_type as ::ledger::form::Form>::describe(to);
        });
    }
    Ok(Shape {
        pattern: quote!(#path { #(#patterns),* }),
        write: quote!(#(#writes)*),
        read: quote!(#path { #(#reads),* }),
        describe: quote!(#(#describes)*),
    })
}

/// What `#[form(…)]` asks for.
#[derive(Default)]
struct Asked {
    check: Option<Path>,
    skip: bool,
}

fn asked(attributes: &[Attribute]) -> Result<Asked> {
    let mut asked = Asked::default();
    for attribute in attributes.iter().filter(|it| it.path().is_ident("form")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("skip") {
                asked.skip = true;
                return Ok(());
            }
            if meta.path.is_ident("check") {
                asked.check = Some(meta.value()?.parse::<LitStr>()?.parse()?);
                return Ok(());
            }
            Err(meta.error("a form knows `skip` and `check`"))
        })?;
    }
    Ok(asked)
}
