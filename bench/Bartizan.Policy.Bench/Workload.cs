using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Policy.Bench;

/// <summary>
/// Rules about tools that every engine in the table can say (allow, ask or deny of one name), and rules as people write them:
/// wildcards, hosts, paths, conditions, under the built-in baseline.
/// </summary>
internal static class Workload
{
    /// <summary>Decisions that are made in turn.</summary>
    public const int Decisions = 256;

    public static DateTimeOffset Now { get; } = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Of twenty rules one denies and one asks.</summary>
    public static string EffectOf(int rule) =>
        (rule % 20) switch
        {
            7 => "deny",
            13 => "ask",
            _ => "allow",
        };

    /// <summary>The tool of a rule.</summary>
    public static (string Server, string Tool) ToolOf(int rule) =>
        ($"s{(rule % 50).ToString(CultureInfo.InvariantCulture)}", $"t{rule.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The rules that a decision is made about: spread over the file, each kind met as often as it stands there.</summary>
    public static IEnumerable<int> Asked(int rules) =>
        Enumerable.Range(0, Decisions).Select(i => (int)((long)i * 7919 % rules));

    public static Manifest Plain(int rules) =>
        Make(
            [
                .. Enumerable
                    .Range(0, rules)
                    .Select(i => Rule(EffectOf(i), Verb.Tool, string.Join('/', ToolOf(i).Server, ToolOf(i).Tool), i)),
            ],
            []
        );

    /// <summary>Of ten rules four are about tools (one in four with a wildcard, one in four with a condition), three hosts, three files.</summary>
    public static Manifest Mixed(int rules, RuleLayer floor) =>
        Make([.. Enumerable.Range(0, rules).Select(MixedRule)], [floor]);

    public static ActionTarget MixedTarget(int rule) =>
        (rule % 10) switch
        {
            < 4 => new ToolTarget($"s{rule % 50}", rule % 4 == 0 ? $"t{rule}_read" : $"t{rule}"),
            < 7 => new ConnectTarget(Host($"h{rule}.team{rule % 30}.example"), 443),
            _ => new FileTarget(Verb.Read, $"workspace/d{rule % 100}/f{rule}/src/a.cs"),
        };

    public static Circumstances Known(Manifest manifest) =>
        new()
        {
            Now = Now,
            User = User.Of(manifest, "ann"),
            Labels = Labels.None,
        };

    private static Rule MixedRule(int i)
    {
        var (verb, pattern) = (i % 10) switch
        {
            < 4 => (Verb.Tool, $"s{i % 50}/t{i}{(i % 4 == 0 ? "_*" : "")}"),
            < 7 => (Verb.Connect, $"{(i % 6 == 0 ? "**" : $"h{i}")}.team{i % 30}.example:443"),
            _ => (Verb.Read, $"workspace/d{i % 100}/f{i}/**"),
        };
        var effect = verb == Verb.Connect ? "allow" : EffectOf(i);
        var condition =
            verb == Verb.Tool && i % 4 == 1 ? "'ops' in user.groups && time.hour >= 8 && time.hour < 18" : null;
        return Rule(effect, verb, pattern, i) with
        {
            When = condition is null ? null : Condition.Parse(condition, ConditionSchema.Standard).Condition,
        };
    }

    private static Rule Rule(string effect, Verb verb, string pattern, int line) =>
        new()
        {
            Effect = Enum.Parse<Effect>(effect, ignoreCase: true),
            Verb = verb,
            Pattern = pattern,
            Why = "It is measured.",
            Position = new SourcePosition("bench.yaml", line + 1, 3),
        };

    private static Manifest Make(ImmutableArray<Rule> rules, ImmutableArray<RuleLayer> baselines) =>
        new()
        {
            Agent = "bench",
            Version = 1,
            Groups = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("ops", ["ann"]),
            Layers = [.. baselines, new RuleLayer("manifest", IsCeiling: false, rules)],
        };

    private static HostName Host(string text) =>
        HostName.TryParse(text, out var host, out var problem)
            ? host
            : throw new ArgumentException(problem, nameof(text));
}
