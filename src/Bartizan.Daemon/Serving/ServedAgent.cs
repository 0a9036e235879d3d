using System.Collections.Immutable;
using Bartizan.Client.Runs;
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

    /// <summary>The <c>PATH</c> on which what is started for it is found.</summary>
    public required string SearchPath { get; init; }

    /// <summary>The workspace that its sandboxes see a copy of.</summary>
    public string Workspace => System.IO.Path.GetFullPath(Manifest.Run?.WorkspacePath ?? ".", Folder);

    /// <summary>A run of it, as its sandboxes are planned by.</summary>
    public RunRequest Request =>
        new()
        {
            Manifest = Path,
            Folder = Folder,
            SearchPath = SearchPath,
        };

    /// <summary>Who wrote its manifest.</summary>
    public ImmutableHashSet<string> Authors { get; } = ManifestFiles.AuthorsOf(Path, Manifest);

    /// <summary>The record prints only its shape.</summary>
    public override string ToString() => Manifest.Agent;
}
