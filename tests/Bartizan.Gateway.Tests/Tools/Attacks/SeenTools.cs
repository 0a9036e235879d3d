using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Pins;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

/// <summary>Pins as the daemon keeps them, in memory: by digest, and an identity by its name.</summary>
internal sealed class SeenTools : IToolPins
{
    private readonly ConcurrentDictionary<string, bool> _seen = new();
    private long _edition;

    public SeenTools() => See(ChangingServer.Good);

    public long Edition => Interlocked.Read(ref _edition);

    public bool Fails { get; set; }

    public void See(string tool)
    {
        _seen[ToolDefinition.Read(tool)!.Digest.ToString()] = true;
        Interlocked.Increment(ref _edition);
    }

    public void Forget(string tool)
    {
        _seen.TryRemove(ToolDefinition.Read(tool)!.Digest.ToString(), out _);
        Interlocked.Increment(ref _edition);
    }

    public ValueTask<ImmutableArray<PinVerdict>> JudgeAsync(
        string server,
        IReadOnlyList<ToolDefinition?> listed,
        CancellationToken cancellationToken
    ) =>
        Fails
            ? ValueTask.FromException<ImmutableArray<PinVerdict>>(new IOException("the disk is full"))
            : ValueTask.FromResult<ImmutableArray<PinVerdict>>([
                .. listed.Select(one =>
                    one is not null && _seen.ContainsKey(one.Digest.ToString())
                        ? PinVerdict.Trusted
                        : PinVerdict.Suspended("it isn't as it was seen")
                ),
            ]);

    public ValueTask<PinVerdict> JudgeAsync(
        string server,
        ServerIdentity? identity,
        CancellationToken cancellationToken
    ) =>
        ValueTask.FromResult(
            identity?.Text.Contains("\"name\":\"seen\"", StringComparison.Ordinal) == true
                ? PinVerdict.Trusted
                : PinVerdict.Suspended("it isn't as it was seen")
        );
}
