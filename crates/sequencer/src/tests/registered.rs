//! A log that is gone, or served twice: the register, and what else remembers it, keep a start from
//! beginning another history, and a server from going on beside its register.

use super::publishing::{block_on, copy, covering, key, log, register_of, units};
use super::*;
use crate::publish::Publisher;
use chain::Checkpoint;
use std::fs;
use store::Log;

#[test]
fn a_log_that_is_gone_is_not_begun_anew_without_a_word() {
    let mut rig = Rig::publishing();
    units(&rig, 10, 40);
    covering(&rig);
    rig.stop();
    let copies = ["journal", "sled"].map(|copy| rig.dir.path().join(copy));
    for copy in &copies {
        fs::remove_dir_all(copy).unwrap();
    }
    let refused = |adopt_head| rig.try_start(adopt_head).err();
    for adopt_head in [false, true] {
        assert!(matches!(
            refused(adopt_head),
            Some(StartError::Publish(PublishError::Rollback { size: 0, .. }))
        ));
    }
    // The register is gone too: the files of the tree still say that there was more.
    fs::remove_file(register_of(&rig)).unwrap();
    assert!(matches!(
        refused(false),
        Some(StartError::Publish(PublishError::Missing { size: 0, .. }))
    ));
    assert!(copies.iter().all(|copy| !copy.exists()), "nothing is made");
    // So they do of a log that was taken back to before it had a key.
    let mut unpublished = Rig::with_county();
    unpublished.stop();
    copy(unpublished.dir.path(), rig.dir.path());
    assert!(matches!(
        rig.try_start(false).err(),
        Some(StartError::Publish(PublishError::Missing { .. }))
    ));
    rig.running = Some(rig.try_start(true).unwrap());
    assert!(register_of(&rig).exists());
}

#[test]
fn one_register_serves_one_server() {
    let rig = Rig::publishing();
    covering(&rig);
    let copied = tempfile::tempdir().unwrap();
    copy(rig.dir.path(), copied.path());
    let link = copied.path().with_extension("link");
    std::os::unix::fs::symlink(register_of(&rig), &link).unwrap();
    for register in [register_of(&rig), link.clone()] {
        refused(copied.path(), &register);
    }
    fs::remove_file(link).unwrap();
}

/// A second server is, and names the register by the name that it was given.
fn refused(copied: &std::path::Path, register: &std::path::Path) {
    let publication = Publication {
        signer: chain::Signer::new(ORIGIN, &[7; 32]).unwrap(),
        register: store::Register::at(register),
        adopt_head: false,
        rotation: None,
        snapshots: None,
    };
    let clock = Box::new(|| unreachable!("it does not come to that"));
    let second = start_published(copied, clock, publication);
    assert!(matches!(
        second.err(),
        Some(StartError::Store(store::Error::InUse { dir })) if dir == register
    ));
}

#[test]
fn nothing_is_published_while_the_register_is_gone_or_somebody_elses() {
    let rig = Rig::publishing();
    let before = covering(&rig);
    let mut failing = log(&rig).failing.clone();
    let register = register_of(&rig);
    let sound = fs::read(&register).unwrap();
    let aside = register.with_extension("aside");
    let spoil: [&dyn Fn(); 2] = [&|| fs::rename(&register, &aside).unwrap(), &|| {
        fs::write(&register, b"of another").unwrap()
    }];
    for (number, spoil) in (0_u32..).zip(spoil) {
        let sound = fs::read(&register).unwrap();
        spoil();
        let found = fs::read(&register).ok();
        units(&rig, 10 + u128::from(number), 1);
        block_on(failing.wait_for(|failing| *failing)).unwrap();
        assert_eq!(fs::read(&register).ok(), found, "left as it is");
        assert_ne!(log(&rig).register().standing(), store::Standing::Kept);
        let shown = log(&rig).latest().unwrap().size;
        assert_eq!(shown, before.size + u64::from(number));
        // As it was, and it goes on.
        fs::write(&register, sound).unwrap();
        assert_eq!(covering(&rig).size, shown + 1);
        block_on(failing.wait_for(|failing| !failing)).unwrap();
        assert_eq!(log(&rig).register().standing(), store::Standing::Kept);
    }
    assert_ne!(fs::read(&register).unwrap(), sound);
}

#[test]
fn a_publisher_that_panics_is_seen() {
    let mut rig = Rig::publishing();
    rig.stop();
    let signer = Arc::new(chain::Signer::new(ORIGIN, &[7; 32]).unwrap());
    let head = store::Register::at(&register_of(&rig));
    let publisher = Publisher::new(store::Tree::at(rig.dir.path()), signer, head).unwrap();
    let (log, _) = Log::open(rig.dir.path(), |_| Ok::<_, store::Error>(())).unwrap();
    let seen = publisher.log(&log.reader());
    assert!(!seen.is_failing());
    let fallen = Fallen::default();
    let thread = fallen.spawn("publisher", move || {
        let _publisher = publisher;
        panic!("on purpose");
    });
    assert!(thread.unwrap().join().is_err());
    assert!(seen.is_failing());
    assert_eq!(fallen.names(), ["publisher"]);
    fallen.spawn("another", || ()).unwrap().join().unwrap();
    assert_eq!(
        fallen.names(),
        ["publisher"],
        "that one has ended as it should"
    );
}

#[test]
fn a_register_signed_by_an_earlier_key_is_good_for_what_was_there_then() {
    let mut rig = Rig::publishing();
    units(&rig, 10, 3);
    let old = covering(&rig);
    rig.stop();
    rig.publishes.as_mut().unwrap().1 = 8;
    let signer = || chain::Signer::new(ORIGIN, &[7; 32]).unwrap();
    let rotation = Rotation {
        old: Some(signer()),
    };
    rig.running = Some(rig.start_with(false, Some(rotation)).unwrap());
    units(&rig, 20, 3);
    let newest = covering(&rig);
    rig.stop();

    // As a backup from before the exchange has it.
    fs::write(register_of(&rig), old.note.to_string()).unwrap();
    let time = *rig.time.lock().unwrap();
    let clock = Box::new(move || time);
    let register = store::Register::at(&register_of(&rig));
    let beside = start_beside(rig.dir.path(), clock, register, false).unwrap();
    drop(beside.handle);
    beside.writer.join().unwrap();
    rig.start();
    assert_eq!(covering(&rig).size, newest.size);
    assert!(covering(&rig).note.verify([&key(&rig)]).is_ok());
    rig.stop();
    // Whoever has the old key signs nothing with it that the new one should have signed.
    let forged = Checkpoint::new(ORIGIN, newest.size, newest.root).unwrap();
    let forged = forged.sign(&signer()).unwrap().to_string();
    fs::write(register_of(&rig), forged).unwrap();
    let refused = rig.try_start(false).err();
    assert!(matches!(
        refused,
        Some(StartError::Publish(PublishError::Foreign { .. }))
    ));
}
