using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress;

namespace Bartizan.Daemon.SelfTest;

/// <summary>A resolver that answers what a test says, writes down what it was asked, and asks nobody.</summary>
internal sealed class CanaryResolver(IPAddress otherwise) : INameResolver
{
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ImmutableArray<ImmutableArray<IPAddress>>> _answers = new(
        StringComparer.Ordinal
    );

    /// <summary>The answers to a name, one after another; the last stays.</summary>
    public void Answer(string name, params ImmutableArray<ImmutableArray<IPAddress>> answers) =>
        _answers[name] = answers;

    /// <summary>How often a name was asked.</summary>
    public int Asked(string name) => _asked.GetValueOrDefault(name);

    /// <summary>True when a name that fits was asked.</summary>
    public bool AskedAny(Func<string, bool> fits) => _asked.Keys.Any(fits);

    public ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken)
    {
        var name = host.ToString();
        var turn = _asked.AddOrUpdate(name, 1, static (_, count) => count + 1);
        return ValueTask.FromResult<ImmutableArray<IPAddress>>(
            _answers.TryGetValue(name, out var answers) ? answers[Math.Min(turn, answers.Length) - 1] : [otherwise]
        );
    }
}
