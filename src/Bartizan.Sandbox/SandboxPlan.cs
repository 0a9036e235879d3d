using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;

namespace Bartizan.Sandbox;

/// <summary>
/// What one session's sandbox shall be: the program, what it sees of the host, and what it may use. Everything that is not
/// named here is not there: no host file, no variable, no network.
/// </summary>
public sealed record SandboxPlan
{
    /// <summary>The session it is for. A second sandbox for a live session is refused.</summary>
    public required SessionId Id { get; init; }

    /// <summary>The program, by its absolute path inside, and its arguments.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>Where the program starts, inside.</summary>
    public string WorkingDirectory { get; init; } = SandboxPaths.Workspace;

    /// <summary>The program's variables, all of them: nothing is inherited. PATH, HOME, USER and TMPDIR have defaults.</summary>
    public ImmutableDictionary<string, string> Variables { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// What is shown beside the base (<c>/usr</c>, a minimal <c>/etc</c>, <c>/proc</c>, <c>/dev</c>, an empty <c>/tmp</c> and home).
    /// The workspace is the mount at <see cref="SandboxPaths.Workspace"/>; without one it is an empty directory in memory.
    /// </summary>
    public ImmutableArray<Mount> Mounts { get; init; } = [];

    /// <summary>
    /// For a backend that runs containers: the image, <c>NAME@sha256:…</c>, which then is the base in place of the host's
    /// <c>/usr</c>. Null for the backend's own choice.
    /// </summary>
    public string? Image { get; init; }

    /// <summary>What it may use of the host.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>What of its inside is told by <see cref="ISandbox.SeenAsync"/>.</summary>
    public SeenKind Seen { get; init; }

    /// <summary>Set: the program gets a terminal of its own of this size. Null: three pipes.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>
    /// Addresses outside that may be dialed without the proxy, and then arrive at <see cref="SandboxListeners.CaptureAny"/>; to every other
    /// address there is no route. Of those of loopback, and what is no address of one host, nothing comes.
    /// </summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>
    /// The ports of loopback that the agent listens on for somebody outside, and <see cref="ISandbox.DialAsync"/> dials; by none that isn't
    /// named here does anybody get in. Above 1023, and none of the sandbox's own.
    /// </summary>
    public ImmutableArray<int> Served { get; init; } = [];

    /// <summary>
    /// True for what is shown files that another sandbox shows, too: it has no Unix sockets but pairs that are connected, so that
    /// through no socket in those files does anybody inside speak with anybody there, or pass a descriptor.
    /// </summary>
    public bool MeetsNobody { get; init; }

    /// <summary>False for a program that shall have no way out at all (<c>apply --check</c>): no listener is opened.</summary>
    public bool Network { get; init; } = true;
}
