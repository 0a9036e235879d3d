using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>Reads lists of rules. What the shape already refused is skipped without a second complaint.</summary>
internal sealed class RuleReader(
    ImmutableArray<ManifestError>.Builder errors,
    bool isCeiling,
    ConditionSchema? schema = null,
    IReadOnlyDictionary<string, ImmutableArray<string>>? groups = null
)
{
    /// <summary>Patterns of one list of rules, alternatives written out: two a rule of ten thousand. Bounds what loading costs.</summary>
    private const int MaxPatterns = 20_000;

    private static readonly string[] _effects = ["allow", "ask", "deny"];

    private int _patterns;

    /// <summary>The verbs by the words of a manifest.</summary>
    public static ImmutableArray<string> Verbs { get; } =
    [.. Enum.GetValues<Verb>().Where(v => v != Verb.Unknown).Select(v => v.ToString().ToLowerInvariant())];

    /// <summary>Verbs whose rules this version doesn't enforce.</summary>
    public static ImmutableArray<string> UnsupportedVerbs { get; } = [];

    /// <summary>Reads a list of rules.</summary>
    public ImmutableArray<Rule> Read(SourceNode? node, string? role = null)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        foreach (var item in node is SourceNode.List list ? list.Items : [])
        {
            if (item is SourceNode.Map map && ReadRule(map, role) is { } rule)
            {
                rules.Add(rule);
            }
        }

        return rules.ToImmutable();
    }

    private Rule? ReadRule(SourceNode.Map map, string? role)
    {
        var keys = _effects.Where(e => map.Find(e) is SourceNode.Scalar { IsEmpty: false }).ToList();
        if (keys is not [var key] || map.Find(key) is not SourceNode.Scalar said)
        {
            return null;
        }

        var text = said.Text.Trim();
        var (word, pattern) = Split(text);
        if (!Verbs.Contains(word))
        {
            var hint = NearestWord.Hint(word, Verbs);
            Report(said.Position, $"`{SourceTree.Quote(word)}` is no verb", hint);
            return null;
        }

        if (pattern.Length == 0)
        {
            Report(said.Position, $"`{key}: {word}` has no pattern", "Say what of: a rule is `effect: verb pattern`.");
            return null;
        }

        var effect = Enum.Parse<Effect>(key, ignoreCase: true);
        var rule = new Rule
        {
            Effect = effect,
            Verb = Enum.Parse<Verb>(word, ignoreCase: true),
            Pattern = pattern,
            Why = TextOf(map, "why") ?? "",
            Position = map.PositionOf(key),
            Credential = TextOf(map, "with"),
            Expires = TextOf(map, "expires") is { } day && ManifestShape.TryDay(day, out var last) ? last : null,
            AcceptWide = TextOf(map, "accept_wide"),
            Counters = TextOf(map, "counters"),
            Witnessed = TextOf(map, "durability") == "witnessed",
            Keep = FieldsOf(map),
            When = ReadCondition(map, word),
            Arguments = ArgumentRuleReader.Read(map.Find("args")),
            Approval = ApprovalReader.Read(map, groups ?? ImmutableDictionary<string, ImmutableArray<string>>.Empty),
            Role = role,
        };
        var unsupported = UnsupportedVerbs.Contains(word);
        if (unsupported)
        {
            Report(said.Position, $"`{word}` rules are not supported yet", "Take the rule out: nothing would hold it.");
        }

        CheckKeys(rule, map);
        if (!CheckPattern(rule, said.Position) || unsupported)
        {
            return null;
        }

        CheckBesidePattern(rule, map);
        return rule;
    }

    private Condition? ReadCondition(SourceNode.Map map, string verb)
    {
        if (map.Find("when") is not SourceNode.Scalar { IsEmpty: false } said)
        {
            return null;
        }

        var known = schema ?? ConditionSchema.Standard;
        var read = Condition.Parse(said.Text, verb == "tool" ? known : known.WithoutArguments());
        foreach (var error in read.Errors)
        {
            Report(said.Position, $"`when`, character {error.Column}: {error.Message}", error.Hint);
        }

        return read.Condition;
    }

    private void CheckBesidePattern(Rule rule, SourceNode.Map map)
    {
        if ((ApprovalReader.FindProblem(rule, map) ?? ArgumentRuleReader.FindProblem(rule, map)) is { } wrong)
        {
            Report(wrong.Position, wrong.Message, wrong.Hint);
            return;
        }

        foreach (var example in RuleExamples.Check(rule, map))
        {
            Report(example.Position, example.Message, example.Hint);
        }
    }

    /// <summary>Reads <c>verb pattern</c>, as a catalogue names resources; null, with errors, when it is none.</summary>
    public (Verb Verb, string Pattern)? ReadPattern(SourceNode.Scalar said, string? part = null)
    {
        var (word, pattern) = Split((part ?? said.Text).Trim());
        if (!Verbs.Contains(word) || UnsupportedVerbs.Contains(word) || pattern.Length == 0)
        {
            Report(
                said.Position,
                $"`{SourceTree.Quote(part ?? said.Text)}` is no verb and pattern",
                NearestWord.Hint(word, Verbs)
            );
            return null;
        }

        var rule = new Rule
        {
            Effect = Effect.Deny,
            Verb = Enum.Parse<Verb>(word, ignoreCase: true),
            Pattern = pattern,
            Why = "",
            Position = said.Position,
        };
        return CheckPattern(rule, said.Position) ? (rule.Verb, rule.Pattern) : null;
    }

    private static (string Word, string Pattern) Split(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], text[(space + 1)..].Trim());
    }

    // What is no field was refused by the shape already.
    private static KeptFields? FieldsOf(SourceNode.Map map)
    {
        var paths = ManifestReader
            .Items(map.Find("keep"))
            .OfType<SourceNode.Scalar>()
            .Select(s => s.Text)
            .Where(text => KeptFields.FindProblem(text) is null)
            .ToList();
        return paths.Count == 0 ? null : KeptFields.Of(paths);
    }

    private void CheckKeys(Rule rule, SourceNode.Map map)
    {
        if (rule.Keep is { } kept)
        {
            CheckKept(rule, kept, map.PositionOf("keep"));
        }

        if (rule.Expires is not null && rule.Effect != Effect.Allow)
        {
            Report(
                map.PositionOf("expires"),
                $"`expires` can't stand on a rule that says `{rule.Effect.ToString().ToLowerInvariant()}`",
                "Only an allow lapses; a rule that takes power away stays until somebody deletes it."
            );
        }

        if (rule.Effect == Effect.Deny && TextOf(map, "durability") is not null)
        {
            Report(
                map.PositionOf("durability"),
                "`durability` can't stand on a rule that denies",
                "What is denied waits for nothing; its refusal is recorded all the same."
            );
        }

        if (rule.Credential is not null && CredentialProblem(rule) is { } problem)
        {
            Report(map.PositionOf("with"), $"`with` {problem.Text}", problem.Hint);
        }
    }

    private void CheckKept(Rule rule, KeptFields kept, SourcePosition where)
    {
        var (problem, hint) = rule switch
        {
            { Verb: not Verb.Tool } => (
                $"can't stand on a `{rule.Verb.ToString().ToLowerInvariant()}` rule",
                "Only a tool's result has fields that are known by name."
            ),
            { Effect: Effect.Deny } => ("can't stand on a rule that denies", "What is denied has no result."),
            _ when kept.Paths.Length > KeptFields.MaxFields => (
                $"names more than {KeptFields.MaxFields} fields",
                "Name a field that holds several of them."
            ),
            _ => ("", ""),
        };
        if (problem.Length > 0)
        {
            Report(where, $"`keep` {problem}", hint);
        }
    }

    private PatternProblem? CredentialProblem(Rule rule) =>
        (isCeiling, rule.Effect, rule.Verb) switch
        {
            (true, _, _) => new("can't stand in a baseline", "A baseline is a ceiling: it lends nothing."),
            (_, Effect.Deny, _) => new("can't stand on a rule that denies", "Take it out."),
            (_, _, Verb.Model) => new(
                "can't stand on a `model` rule",
                "Name the credential at the upstream, in `models`."
            ),
            (_, _, Verb.Connect) => new(
                "can't stand on a `connect` rule",
                "Nothing can be put into a tunnel; an `http` rule on the host has its requests looked at."
            ),
            (_, _, Verb.Http or Verb.Tool) => null,
            _ => new($"can't stand on a `{rule.Verb.ToString().ToLowerInvariant()}` rule", "Take it out."),
        };

    private bool CheckPattern(Rule rule, SourcePosition where)
    {
        if (_patterns > MaxPatterns)
        {
            return false;
        }

        var shown = SourceTree.Quote(rule.Pattern);
        if (!Alternation.TryExpand(rule.Pattern, out var texts, out var braces))
        {
            Report(where, $"`{shown}` {braces}");
            return false;
        }

        _patterns += texts.Length;
        if (_patterns > MaxPatterns)
        {
            Report(where, $"the rules stand for more than {MaxPatterns} patterns", "Use `*`, or fewer alternatives.");
            return false;
        }

        var (grants, wide) = (rule.Effect == Effect.Allow && !isCeiling, false);
        foreach (var text in texts)
        {
            if (TargetPattern.Parse(rule.Verb, text, grants, out var problem) is not { } pattern)
            {
                Report(where, $"`{SourceTree.Quote(text)}` {problem.Text}", problem.Hint);
                return false;
            }

            wide |= pattern.IsWide;
        }

        if (wide && rule is { Effect: Effect.Allow, AcceptWide: null })
        {
            Report(
                where,
                $"`{shown}` is wide: it allows a whole verb, scheme or top-level domain",
                "Name less, or say why it is right with `accept_wide: reason`."
            );
        }

        return true;
    }

    /// <summary>The text of a key, or null.</summary>
    public static string? TextOf(SourceNode.Map? map, string key) =>
        map?.Find(key) is SourceNode.Scalar { IsEmpty: false } scalar ? scalar.Text.Trim() : null;

    private void Report(SourcePosition where, string message, string hint = "")
    {
        if (errors.Count < SourceTree.MaxErrors)
        {
            errors.Add(new ManifestError(where, message, hint));
        }
    }
}
