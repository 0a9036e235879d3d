namespace Bartizan.Core.Manifests;

/// <summary>One key that a manifest may hold.</summary>
/// <param name="Name">The key.</param>
/// <param name="Shape">What may stand under it.</param>
/// <param name="Says">What it is for, as editors show it.</param>
internal sealed record ManifestKey(string Name, Shape Shape, string Says)
{
    /// <summary>True when it must stand.</summary>
    public bool Required { get; init; }

    /// <summary>False when this version knows the key's shape and doesn't enforce it: it is a load error.</summary>
    public bool Supported { get; init; } = true;
}
