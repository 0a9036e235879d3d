using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>Manifests out of rule lines, as they stand in a file: <c>allow: connect a.example:443</c>; a credential behind <c>with</c>.</summary>
internal static class Rules
{
    public static Manifest Manifest(params string[] rules) =>
        new()
        {
            Agent = "tester",
            Version = 1,
            Environment = DeploymentEnvironment.Development,
            Layers = [new RuleLayer("manifest", false, [.. rules.Select(Parse)])],
        };

    private static Rule Parse(string line, int number)
    {
        var (effect, rest) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 2)..]);
        var with = rest.IndexOf(" with ", StringComparison.Ordinal);
        var credential = with < 0 ? null : rest[(with + 6)..];
        rest = with < 0 ? rest : rest[..with];
        var space = rest.IndexOf(' ');
        return new Rule
        {
            Effect = Enum.Parse<Effect>(effect, ignoreCase: true),
            Verb = Enum.Parse<Verb>(rest[..space], ignoreCase: true),
            Pattern = rest[(space + 1)..],
            Credential = credential,
            Why = "The test needs it.",
            Position = new SourcePosition("agent.yaml", number + 1, 1),
        };
    }
}
