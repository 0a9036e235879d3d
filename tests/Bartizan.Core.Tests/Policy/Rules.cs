using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>Short ways to policies and targets.</summary>
internal static class Rules
{
    public static DateTimeOffset Now { get; } = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    public static Policy Compile(params ImmutableArray<string> rules) => Compile(rules, []);

    public static Policy Compile(ImmutableArray<string> rules, ImmutableArray<string> baseline) =>
        Policy.Compile(Manifest(rules, baseline));

    public static Manifest Manifest(ImmutableArray<string> rules, ImmutableArray<string> baseline) =>
        new()
        {
            Agent = "test",
            Version = 1,
            Environment = DeploymentEnvironment.Development,
            Layers =
            [
                .. baseline.IsEmpty ? [] : ImmutableArray.Create(Layer("baseline test", true, baseline)),
                Layer("manifest", false, rules),
            ],
        };

    public static RuleLayer Layer(string name, bool isCeiling, ImmutableArray<string> rules) =>
        new(name, isCeiling, [.. rules.Select((text, i) => Rule(text, i + 1))]);

    public static Rule Rule(string text, int line = 1)
    {
        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        var effect = Enum.Parse<Effect>(text[..colon], ignoreCase: true);
        var rest = text[(colon + 2)..].Trim('"');
        var space = rest.IndexOf(' ', StringComparison.Ordinal);
        return new Rule
        {
            Effect = effect,
            Verb = Enum.Parse<Verb>(rest[..space], ignoreCase: true),
            Pattern = rest[(space + 1)..],
            Why = "a test says so",
            Position = new SourcePosition("test.yaml", line, 3),
        };
    }

    public static ActionTarget Target(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var verb = Enum.Parse<Verb>(text[..space], ignoreCase: true);
        return TargetReader.TryRead(verb, text[(space + 1)..], out var target, out var problem)
            ? target
            : throw new ArgumentException($"`{text}` {problem}", nameof(text));
    }

    public static Decision Screen(this Policy policy, string target) => policy.Screen(Target(target), Now);
}
