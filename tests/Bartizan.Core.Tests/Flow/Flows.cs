using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Flow;

/// <summary>Short ways to manifests with a <c>trust</c> section.</summary>
internal static class Flows
{
    public static Manifest Manifest(string trust, string rules = "", string? baseline = null)
    {
        var load = Load(trust, rules, baseline);
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        return load.Manifest.ShouldNotBeNull();
    }

    public static ManifestLoad Load(string trust, string rules = "", string? baseline = null) =>
        ManifestLoader.Load(
            $"""
            apiVersion: bartizan/v1
            agent: flows
            owner: anna@example.com
            environment: development
            {(baseline is null ? "" : "extends: ./above.yaml")}
            rules:
              - {"{"} allow: "tool mail/*", why: "It answers mail." {"}"}
              - {"{"} allow: "tool web/*", why: "It looks things up." {"}"}
              - {"{"} allow: "tool crm/find_*", why: "It knows customers." {"}"}
              - {"{"} allow: "http * http://hook.example/**", why: "It reports." {"}"}
              - {"{"} allow: "connect api.example:443", why: "It reports." {"}"}
            {rules}
            trust:
            {trust}
            """,
            "agent.yaml",
            path => path.EndsWith("above.yaml", StringComparison.Ordinal) ? baseline : null
        );
}
