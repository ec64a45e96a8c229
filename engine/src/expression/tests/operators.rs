//! Every operator with every type, precedence, and how errors are absorbed.

use super::check;

#[test]
fn operators_bind_as_cel_says() {
    check(
        r#"
        1 + 2 * 3                             => 7
        (1 + 2) * 3                           => 9
        10 - 2 - 3                            => 5
        100 / 10 / 2                          => 5
        2 * 3 % 4                             => 2
        -2 + 3                                => 1
        - - 2                                 => 2
        !true == false                        => true
        !!true                                => true
        1 + 1 == 2 && 2 < 3                   => true
        true || false && false                => true
        (true || false) && false              => false
        1 < 2 == true                         => true
        true ? 1 : false ? 2 : 3              => 1
        false ? 1 : false ? 2 : 3             => 3
        1 == 1 ? "a" : "b"                    => "a"
        1 in [1, 2] == true                   => true
        -[1, 2][1]                            => -2
        [[1], [2, 3]][1][0]                   => 2
        1 + 2 // a comment                    => 3
        0x10 + 1                              => 17
        "#,
    );
}

#[test]
fn arithmetic_knows_int_text_lists_and_time() {
    check(
        r#"
        7 / 2                                 => 3
        -7 / 2                                => -3
        7 / -2                                => -3
        -7 % 3                                => -1
        7 % -3                                => 1
        1 / 0                                 => E-expression-failed: division by zero
        1 % 0                                 => E-expression-failed: division by zero
        9007199254740991 + 0                  => 9007199254740991
        9007199254740991 + 1                  => E-expression-failed: the number passes ±9007199254740991
        -9007199254740991 - 1                 => E-expression-failed: the number passes ±9007199254740991
        9007199254740991 * 9007199254740991   => E-expression-failed: the number passes ±9007199254740991
        "가" + "나"                            => "가나"
        [1] + [2, 3]                          => [1,2,3]
        data.numbers + [4]                    => [3,1,2,4]
        [] + data.numbers                     => [3,1,2]
        data.numbers + []                     => [3,1,2]
        data.at + duration("1h")              => "2017-03-10T02:00:00Z"
        duration("1h") + data.at              => "2017-03-10T02:00:00Z"
        data.at - duration("1h")              => "2017-03-10T00:00:00Z"
        now - data.at                         => "84600s"
        data.long + duration("30m")           => "7200s"
        data.long - duration("2h")            => "-1800s"
        timestamp("9999-12-31T23:59:59Z") + duration("1s") => E-expression-failed: the time lies outside the years 1 to 9999, or the span is longer than 292 years
        duration("2562047h") + duration("1h")  => E-expression-failed: the time lies outside the years 1 to 9999, or the span is longer than 292 years
        1 + "a"                               => E-expression-type: '+' does not work between int and string
        "a" - "b"                             => E-expression-type: '-' does not work between string and string
        true + true                           => E-expression-type: '+' does not work between bool and bool
        [1] + ["a"]                           => E-expression-type: '+' does not work between list of int and list of string
        [1] - [1]                             => E-expression-type: '-' does not work between list of int and list of int
        now + now                             => E-expression-type: '+' does not work between timestamp and timestamp
        duration("1h") - now                  => E-expression-type: '-' does not work between duration and timestamp
        duration("1h") * 2                    => E-expression-type: '*' does not work between duration and int
        data + data                           => E-expression-type: '+' does not work between record and record
        -"a"                                  => E-expression-type: this must be int, but it is string
        !1                                    => E-expression-type: this must be bool, but it is int
        "#,
    );
}

#[test]
fn order_and_equality_know_their_types() {
    check(
        r#"
        1 < 2                                 => true
        2 <= 2                                => true
        3 > 4                                 => false
        3 >= 4                                => false
        "a" < "b"                             => true
        "Z" < "a"                             => true
        "가" > "z"                             => true
        "\U0001F600" > "\uFFFD"               => true
        "" <= ""                              => true
        data.at < now                         => true
        duration("60m") >= duration("1h")     => true
        timestamp("2017-03-10T01:00:00Z") == data.at => true
        duration("60m") == duration("1h")     => true
        "a" == "a"                            => true
        "a" != "b"                            => true
        true == false                         => false
        [1, 2] == [1, 2]                      => true
        [1, 2] == [2, 1]                      => false
        [1] != [1, 2]                         => true
        data.empty == []                      => true
        [] == data.numbers                    => false
        data.days == [timestamp("2017-03-10T00:00:00Z")] => true
        data.library == data.library          => true
        data.items[0] == data.items[1]        => false
        data.items[2] == data.items[2]        => true
        true < false                          => false
        [1] < [2]                             => E-expression-type: '<' does not work between list of int and list of int
        data < data                           => E-expression-type: '<' does not work between record and record
        1 == "1"                              => E-expression-type: '==' does not work between int and string
        now != 1                              => E-expression-type: '!=' does not work between timestamp and int
        [] == []                              => E-expression-type: nothing says what '[]' is a list of
        2 in data.numbers                     => true
        9 in data.numbers                     => false
        "ok" in results                       => true
        data.library.name in ["sample01"]     => true
        data.library in []                    => false
        now in data.days                      => false
        1 in results                          => E-expression-type: 'in' does not work between int and list of string
        1 in 2                                => E-expression-type: 'in' does not work between int and int
        1 in data.mixed                       => true
        3 in data.mixed                       => E-expression-failed: 'data.mixed[1]' must be int, but it is a string
        "#,
    );
}

#[test]
fn and_and_or_absorb_errors_that_do_not_matter() {
    check(
        r#"
        1 / 0 == 1 || true                    => true
        true || 1 / 0 == 1                    => true
        1 / 0 == 1 && false                   => false
        false && 1 / 0 == 1                   => false
        1 / 0 == 1 || false                   => E-expression-failed: division by zero
        1 / 0 == 1 && true                    => E-expression-failed: division by zero
        1 / 0 == 1 || data.note == ""         => E-expression-failed: division by zero
        false || 1 / 0 == 1 || true           => true
        data.note == "x" || !has(data.note)   => true
        true ? 1 : 1 / 0                      => 1
        false ? 1 : 1 / 0                     => E-expression-failed: division by zero
        1 / 0 == 1 ? 1 : 2                    => E-expression-failed: division by zero
        true && 1                             => E-expression-type: this must be bool, but it is int
        1 ? 2 : 3                             => E-expression-type: this must be bool, but it is int
        true ? 1 : "a"                        => E-expression-type: both results of '?:' must have one type, but they are int and string
        true ? [] : [1]                       => []
        "#,
    );
}
