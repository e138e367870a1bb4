//! Sites that answer anything: a run ends, and what has its known form is read.

use cartable_platforms::Running;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::memory::Memory;
use crate::{Site, collect, start};

/// Values that no function returns in most places.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(-1)),
        Just(json!(i64::MAX)),
        Just(json!(u64::MAX)),
        Just(json!(1e300)),
        Just(json!("")),
        Just(json!("../..")),
        Just(json!("&#x110000;<<a")),
        Just(json!([[[]]])),
        Just(json!({"id": {}})),
        Just(json!(true)),
        "\\PC{0,12}".prop_map(Value::from),
    ]
}

/// Every place of a value, in order.
fn places(value: &mut Value, act: &mut dyn FnMut(&mut Value)) {
    act(value);
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| places(one, act)),
        Value::Object(all) => all.values_mut().for_each(|one| places(one, act)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn odd_values_break_nothing(changes in prop::collection::vec((0.0..1.0_f64, odd()), 1..12)) {
        let (site, mut memory): (Running<Site>, _) = (start(), Memory::default());
        site.platform.edit(|data| {
            let mut count = 0_usize;
            places(data, &mut |_| count += 1);
            for (place, value) in changes {
                // Never all of it, which would be no site.
                let (wanted, mut at) = (1 + (place * (count - 1) as f64) as usize, 0);
                let mut value = Some(value);
                places(data, &mut |here| {
                    if at == wanted && let Some(value) = value.take() {
                        *here = value;
                    }
                    at += 1;
                });
            }
        });
        // It ends, well or not; a second run ends the same way.
        let first = collect(&site, &mut memory).map_err(|failure| failure.to_string());
        memory.changes = 0;
        let second = collect(&site, &mut memory).map_err(|failure| failure.to_string());
        prop_assert_eq!(first, second);
        prop_assert_eq!(memory.changes, 0);
    }
}
