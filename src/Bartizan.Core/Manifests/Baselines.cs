using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>The baselines that ship with the product, by the bare name that <c>extends</c> uses.</summary>
public static class Baselines
{
    /// <summary>Credential directories, production secrets, destructive commands, arbitrary egress: denied for everybody.</summary>
    public const string Floor = "floor";

    /// <summary>Their names.</summary>
    public static ImmutableArray<string> Names { get; } = [Floor];

    /// <summary>The text of one, or null when there is none of that name.</summary>
    public static string? Read(string name)
    {
        if (!Names.Contains(name))
        {
            return null;
        }

        using var stream = typeof(Baselines).Assembly.GetManifestResourceStream(ResourceOf(name));
        if (stream is null)
        {
            throw new InvalidOperationException($"the built-in baseline `{name}` is missing from this build");
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string ResourceOf(string name) => $"baselines/{name}.yaml";
}
