using System.Net.Sockets;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Observation;

namespace Bartizan.Sandbox;

/// <summary>
/// One sandbox, from reserved to collected. Disposing kills and collects whatever is left, in any state. Methods are called
/// one after another by the owner, except <see cref="KillAsync"/>, which may come at any time and twice, and <see cref="DialAsync"/>, which
/// may come from many at once.
/// </summary>
public interface ISandbox : IAsyncDisposable
{
    /// <summary>The session it is for.</summary>
    SessionId Id { get; }

    /// <summary>Which protections are in force; valid after <see cref="CreateAsync"/>.</summary>
    SandboxReceipt Receipt { get; }

    /// <summary>The sockets in its network; valid after <see cref="InjectAsync"/>.</summary>
    SandboxListeners Listeners { get; }

    /// <summary>What the agent reads: standard input, or the keyboard of its terminal.</summary>
    Stream Input { get; }

    /// <summary>What the agent writes: standard output, or the screen of its terminal.</summary>
    Stream Output { get; }

    /// <summary>Standard error; empty with a terminal.</summary>
    Stream Error { get; }

    /// <summary>Completes when the agent's first process, and with it every process of the sandbox, is gone.</summary>
    Task<SandboxExit> Exited { get; }

    /// <summary>Isolates: all namespaces, mounts and limits are in force, and the agent has not run yet.</summary>
    /// <exception cref="SandboxUnavailableException">A layer could not be put in force.</exception>
    Task CreateAsync(CancellationToken cancellationToken);

    /// <summary>Opens the listeners inside the sandbox's network and takes them out to this process.</summary>
    Task<SandboxListeners> InjectAsync(CancellationToken cancellationToken);

    /// <summary>Lets the agent go: last privileges dropped, Landlock and seccomp in force, exec.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Connects to a port that the agent listens on: by 127.0.0.1, or by ::1 where nobody listens there. Whoever dials owns the socket; a
    /// kill closes it. Whatever comes out of it is the agent's word. A paused agent answers nothing: the kernel still lets as many
    /// connections wait as the agent asked for, and a dial beyond that waits, too.
    /// </summary>
    /// <exception cref="DialException">Nobody listens (yet), or the other ways in which a dial ends.</exception>
    Task<Socket> DialAsync(int port, CancellationToken cancellationToken);

    /// <summary>
    /// What goes on inside, seen from outside, from the start of the agent to its end; to be read once, while it runs. It ends with a
    /// <see cref="SightingKind.End"/>; ends it without one, then it is unknown what happened since. An agent never waits for the
    /// reader: what doesn't fit is counted as lost. Empty where the plan wants nothing seen.
    /// </summary>
    IAsyncEnumerable<Sighting> SeenAsync(CancellationToken cancellationToken);

    /// <summary>True where the plan wants something seen.</summary>
    bool IsSeen { get; }

    /// <summary>Changes the size of the agent's terminal.</summary>
    void Resize(TerminalSize size);

    /// <summary>Freezes all processes; says by which means.</summary>
    Task<PauseTier> PauseAsync(CancellationToken cancellationToken);

    /// <summary>Thaws them.</summary>
    Task ResumeAsync(CancellationToken cancellationToken);

    /// <summary>Kills every process and verifies that none is left.</summary>
    Task<KillReport> KillAsync(CancellationToken cancellationToken);

    /// <summary>Gives back everything that the sandbox held on the host; kills first when something still runs.</summary>
    Task CollectAsync(CancellationToken cancellationToken);
}
