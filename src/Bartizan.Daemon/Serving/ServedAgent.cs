using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Daemon.Serving;

/// <summary>What the sessions of one served agent are opened from.</summary>
/// <param name="Path">Its manifest's absolute path.</param>
/// <param name="Text">What stood in it.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Credentials">The values of its <c>env:</c> credentials.</param>
/// <param name="Person">Who serves it.</param>
internal sealed record ServedAgent(
    string Path,
    string Text,
    Manifest Manifest,
    IReadOnlyDictionary<string, string> Credentials,
    string Person
)
{
    /// <summary>How its users' callers reach it.</summary>
    public ServeSection Terms => Manifest.Serve!;

    /// <summary>The folder that its relative paths start at.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Who wrote its manifest.</summary>
    public ImmutableHashSet<string> Authors { get; } = ManifestFiles.AuthorsOf(Path, Manifest);

    /// <summary>The record prints only its shape.</summary>
    public override string ToString() => Manifest.Agent;
}
