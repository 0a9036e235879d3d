using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>Whether the layers that hold for tool servers and code, too, leave them what a manifest gives them to reach.</summary>
internal static class EgressChecks
{
    /// <summary>Checks it.</summary>
    public static void Check(
        Manifest manifest,
        SourceNode.Map root,
        Action<SourcePosition, string, string> error,
        Action<SourcePosition, string, string> warn
    )
    {
        var lists = ManifestReader
            .Entries(root.Find("servers"))
            .Select(entry => (Name: entry.Key.Text, List: (entry.Value as SourceNode.Map)?.Find("egress")))
            .Append((Name: CodeTerms.Server, List: (root.Find("code") as SourceNode.Map)?.Find("egress")));
        foreach (var (name, list) in lists)
        {
            if (list is null || !manifest.Servers.TryGetValue(name, out var server) || server.Egress.IsEmpty)
            {
                continue;
            }

            var layers = SiblingManifest.Of(manifest, name, server.Egress).Layers;
            var denials = layers.Select(layer => new Denials(layer)).ToList();
            foreach (var word in ManifestReader.Items(list).OfType<SourceNode.Scalar>())
            {
                var pattern = TargetPattern.Parse(
                    Verb.Connect,
                    SiblingManifest.PlaceOf(word.Text),
                    grants: true,
                    out var problem
                );
                var said = $"`{SourceTree.Quote(word.Text)}`";
                if (pattern is null)
                {
                    error(word.Position, $"{said} {problem.Text}", problem.Hint);
                }
                else if (pattern.IsWide)
                {
                    error(
                        word.Position,
                        $"{said} names every host, or every one of a top-level domain",
                        "Name the hosts that are needed."
                    );
                }
                else if (WhyDead(manifest, denials, pattern) is { } why)
                {
                    warn(
                        word.Position,
                        $"{said} of `{SourceTree.Quote(name)}` is never reached: {why}",
                        "What is taken from the agent is taken from what runs beside it. Take one of them out."
                    );
                }
            }
        }
    }

    private static string? WhyDead(Manifest manifest, List<Denials> denials, TargetPattern pattern) =>
        IsKept(manifest, pattern)
            ? "`hosts` keeps its cookies outside the sandbox, and there is no tunnel to it then"
            : denials.Select(one => one.WhyDead(Verb.Connect, [pattern])).FirstOrDefault(static why => why is not null);

    private static bool IsKept(Manifest manifest, TargetPattern pattern) =>
        pattern.Literal is ConnectTarget to
        && manifest.Hosts.GetValueOrDefault(to.Host.ToString()) is { KeepsCookies: true };
}
