using System.Collections.Immutable;
using Bartizan.Client.Runs;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Pins;
using Bartizan.Daemon.Sessions;

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

    /// <summary>True when it runs in a sandbox for each user.</summary>
    public bool IsInside => Terms.Port is not null;

    /// <summary>A session of one user, before it is among those of the instance.</summary>
    public LiveSession Begin(Rooms rooms, Session session, SessionControl control) =>
        new(control, rooms.Clock.GetUtcNow(), LiveSession.Serve, new SessionTally())
        {
            Pins = new AgentPins(session, rooms.Pins.Open(Path), rooms.Journal),
            Authors = Authors,
            Ground = new ServerGround(SearchPath, Folder, null, Workspace),
            Places = IsInside ? ClientPlaces.InsideOf(Workspace) : ClientPlaces.In(Workspace),
        };

    /// <summary>Who wrote its manifest.</summary>
    public ImmutableHashSet<string> Authors { get; } = ManifestFiles.AuthorsOf(Path, Manifest);

    /// <summary>The record prints only its shape.</summary>
    public override string ToString() => Manifest.Agent;
}
