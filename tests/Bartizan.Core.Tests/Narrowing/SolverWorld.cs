using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>
/// Random rules of tool calls whose conditions and arguments a solver can be told too: each comparison is made together with the two formulas
/// that say when it is true and when it is false. Where neither holds it is unknown.
/// </summary>
internal sealed class SolverWorld(int seed)
{
    /// <summary>
    /// A call: the tool (x, y, another), a day, two arguments (0 absent, 1 of the type that rules want, 2 of another; 3 a number that conditions
    /// read and <c>between</c> doesn't, of the second a list), whether there is one more that no rule names, and the labels, where they are known.
    /// </summary>
    public const string Declarations = """
        (declare-const tool Int)(declare-const day Int)(assert (and (<= 0 tool 2) (<= 0 day 8)))
        (declare-const nk Int)(declare-const n Real)(assert (<= 0 nk 3))
        (assert (=> (= nk 3) (or (>= n 1000000000000000000000000000000.0) (<= n (- 1000000000000000000000000000000.0)))))
        (declare-const sk Int)(declare-const s String)(assert (<= 0 sk 3))
        (declare-const items Int)(assert (<= 0 items))
        (assert (and (<= (str.len s) 8) (str.in_re s (re.* (re.union (str.to_re "a") (str.to_re "b") (str.to_re "c"))))))
        (declare-const more Bool)(declare-const labelled Bool)
        (declare-const untrusted Bool)(declare-const private Bool)(declare-const secret Bool)

        """;

    private readonly Dice _random = new(seed);

    /// <summary>What is said, when it is true and when it is false.</summary>
    private sealed record Said(string Text, string True, string False)
    {
        public static Said Nothing { get; } = new("", "true", "false");

        public Said And(Said other) =>
            new($"({Text}) && {other.Text}", $"(and {True} {other.True})", $"(or {False} {other.False})");

        public Said Or(Said other) =>
            new($"({Text}) || {other.Text}", $"(or {True} {other.True})", $"(and {False} {other.False})");

        public Said Not() => new($"!({Text})", False, True);
    }

    /// <summary>A rule, and the formula of the calls to which it applies.</summary>
    internal sealed record SolverRule(Rule Rule, string Applies);

    /// <summary>Rules of the manifest's own, below a baseline or not.</summary>
    internal sealed record SolverManifest(ImmutableArray<SolverRule> Own, ImmutableArray<SolverRule> Baseline)
    {
        public Manifest Manifest =>
            Rules.Manifest([], []) with
            {
                Layers =
                [
                    .. Baseline.IsEmpty
                        ? []
                        : ImmutableArray.Create(
                            new RuleLayer("baseline test", true, [.. Baseline.Select(rule => rule.Rule)])
                        ),
                    new RuleLayer("manifest", false, [.. Own.Select(rule => rule.Rule)]),
                ],
            };

        /// <summary>The calls that are decided so, or more generously, as a formula: every layer must let them pass.</summary>
        public string Least(Effect least) =>
            Baseline.IsEmpty
                ? Least(Own, least, false)
                : $"(and {Least(Own, least, false)} {Least(Baseline, least, true)})";

        private static string Least(ImmutableArray<SolverRule> rules, Effect least, bool isCeiling)
        {
            string Any(params Effect[] effects) =>
                $"(or false {string.Join(' ', rules.Where(r => effects.Contains(r.Rule.Effect)).Select(r => r.Applies))})";
            var open = isCeiling && rules.All(r => r.Rule.Effect != Effect.Allow);
            return least == Effect.Allow
                ? $"(and {(open ? "true" : Any(Effect.Allow))} (not {Any(Effect.Deny, Effect.Ask)}))"
                : $"(and {(open ? "true" : Any(Effect.Allow, Effect.Ask))} (not {Any(Effect.Deny)}))";
        }
    }

    /// <summary>A random manifest.</summary>
    public SolverManifest Manifest() =>
        new(
            [
                .. Enumerable
                    .Range(0, _random.Next(1, 4))
                    .Select(_ => Rule(Pick("allow", "allow", "allow", "ask", "deny"))),
            ],
            _random.Next(4) == 0 ? [Rule(Pick("allow", "deny", "ask")), Rule(Pick("deny", "ask"))] : []
        );

    /// <summary>The same with one rule made anew, taken away, or beside one more.</summary>
    public SolverManifest Changed(SolverManifest manifest)
    {
        var at = _random.Next(manifest.Own.Length);
        var effect = manifest.Own[at].Rule.Effect.ToString().ToLowerInvariant();
        return manifest with
        {
            Own = _random.Next(3) switch
            {
                0 => manifest.Own.Add(Rule(Pick("allow", "ask", "deny"))),
                1 when manifest.Own.Length > 1 => manifest.Own.RemoveAt(at),
                _ => manifest.Own.SetItem(at, Rule(effect)),
            },
        };
    }

    private SolverRule Rule(string effect)
    {
        var (pattern, tool) = Pick(("a/x", "(= tool 0)"), ("a/y", "(= tool 1)"), ("a/*", "true"));
        var has = _random.Next(4);
        var condition = has is 0 or 1 ? Condition() : Said.Nothing;
        var allows = effect == "allow";
        var (arguments, said) = has is 1 or 2 ? Arguments(allows) : ([], Said.Nothing);
        int? days = allows && _random.Next(6) == 0 ? _random.Next(0, 5) : null;
        var rule = Rules.Rule($"{effect}: tool {pattern}", _random.Next(1, 1000)) with
        {
            Arguments = arguments,
            When =
                condition.Text.Length == 0
                    ? null
                    : Core.Conditions.Condition.Parse(condition.Text, ConditionSchema.Standard).Condition,
            Expires = days is { } last ? DateOnly.FromDateTime(Rules.Now.UtcDateTime).AddDays(last) : null,
        };
        var day = days is null ? "true" : $"(<= day {Of(days.Value)})";
        return new(
            rule,
            allows
                ? $"(and {tool} {day} {said.True} {condition.True})"
                : $"(and {tool} (not (or {said.False} {condition.False})))"
        );
    }

    // An allow takes no argument that it doesn't name.
    private (ImmutableArray<ArgumentRule> Rules, Said Said) Arguments(bool allows)
    {
        var (optional, most, text) = (_random.Next(3) == 0, _random.Next(1, 4), Pick("a", "b", "ab"));
        var number = new ArgumentRule
        {
            Path = "n",
            Least = 1,
            Most = most,
            Optional = optional,
        };
        var word = new ArgumentRule
        {
            Path = "s",
            In = [new ArgumentValue(text, false), new ArgumentValue("b", false)],
            Optional = optional,
        };
        var absent = optional && allows;
        var n = Known("nk", $"(<= 1 n {Of(most)})", absent);
        var s = Known("sk", $"(or (= s \"{text}\") (= s \"b\"))", absent);
        return _random.Next(3) switch
        {
            0 => ([number], Closed(n, allows, "(= sk 0)")),
            1 => ([word], Closed(s, allows, "(= nk 0)")),
            _ => ([number, word], Closed(n.And(s), allows, "true")),
        };
    }

    private static Said Known(string kind, string holds, bool mayBeAbsent) =>
        new(
            "",
            $"(or (and (= {kind} 1) {holds}) {(mayBeAbsent ? $"(= {kind} 0)" : "false")})",
            $"(and (= {kind} 1) (not {holds}))"
        );

    private static Said Closed(Said said, bool allows, string noOther) =>
        allows ? said with { True = $"(and {said.True} {noOther} (not more))" } : said;

    private Said Condition()
    {
        var said = Leaf();
        for (var n = _random.Next(3); n > 0; n--)
        {
            said = _random.Next(2) == 0 ? said.And(Leaf()) : said.Or(Leaf());
        }

        return said;
    }

    private Said Leaf()
    {
        var (k, text) = (Of(_random.Next(1, 4)), Pick("a", "b", "ab"));
        var label = Pick("untrusted", "private", "secret");
        var leaf = _random.Next(14) switch
        {
            0 => Number($"args.n < {k}", $"(< n {k})"),
            1 => Number($"args.n <= {k}", $"(<= n {k})"),
            2 => Number($"args.n == {k}", $"(= n {k})"),
            3 => Number($"args.n != {k}", $"(not (= n {k}))"),
            4 => Number($"args.n >= {k}.5", $"(>= n {k}.5)"),
            5 => Number($"args.n in [{k}, 2]", $"(or (= n {k}) (= n 2))"),
            6 => Word($"args.s == \"{text}\"", $"(= s \"{text}\")"),
            7 => Word($"args.s != \"{text}\"", $"(not (= s \"{text}\"))"),
            8 => Word($"args.s in [\"{text}\", \"ab\"]", $"(or (= s \"{text}\") (= s \"ab\"))"),
            9 => Word($"args.s.startsWith(\"{text}\")", $"(str.prefixof \"{text}\" s)"),
            10 => Word($"args.s.endsWith(\"{text}\")", $"(str.suffixof \"{text}\" s)"),
            11 => Word($"args.s.contains(\"{text}\")", $"(str.contains s \"{text}\")"),
            12 => Size(k),
            _ => new($"\"{label}\" in session.labels", $"(and labelled {label})", $"(and labelled (not {label}))"),
        };
        return _random.Next(4) == 0 ? leaf.Not() : leaf;
    }

    private static Said Number(string text, string formula) =>
        new(text, $"(and (or (= nk 1) (= nk 3)) {formula})", $"(and (or (= nk 1) (= nk 3)) (not {formula}))");

    private static Said Word(string text, string formula) =>
        new(text, $"(and (= sk 1) {formula})", $"(and (= sk 1) (not {formula}))");

    // Of a list too.
    private static Said Size(string most) =>
        new(
            $"size(args.s) <= {most}",
            $"(or (and (= sk 1) (<= (str.len s) {most})) (and (= sk 3) (<= items {most})))",
            $"(or (and (= sk 1) (> (str.len s) {most})) (and (= sk 3) (> items {most})))"
        );

    private static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}
