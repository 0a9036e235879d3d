using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress;

namespace Bartizan.Gateway.Tests.Egress;

/// <summary>
/// The outside: names with addresses, addresses with canaries behind them. It counts what is asked and what is dialed, and
/// nothing leaves the machine.
/// </summary>
internal sealed class TestNetwork : INameResolver, IDialer
{
    /// <summary>A public address that stands for the outside.</summary>
    public static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");

    private readonly ConcurrentDictionary<string, ImmutableArray<IPAddress>[]> _names = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, IPEndPoint> _behind = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Asked { get; } = new();

    public ConcurrentQueue<IPEndPoint> Dialed { get; } = new();

    /// <summary>The answers to the first, second… question; the last one stays.</summary>
    public void Name(string name, params string[] answers) =>
        _names[name] = [.. answers.Select(a => a.Split(' ').Select(IPAddress.Parse).ToImmutableArray())];

    /// <summary>Whoever dials <paramref name="address"/>, on whatever port, gets to <paramref name="canary"/>.</summary>
    public void Behind(IPAddress address, IPEndPoint canary) => _behind[address.ToString()] = canary;

    public ValueTask<ImmutableArray<IPAddress>> ResolveAsync(HostName host, CancellationToken cancellationToken)
    {
        var before = Asked.Count(a => a == host.Text);
        Asked.Enqueue(host.Text);
        return _names.TryGetValue(host.Text, out var answers)
            ? new(answers[Math.Min(before, answers.Length - 1)])
            : throw new SocketException((int)SocketError.HostNotFound);
    }

    public async ValueTask<Socket> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        Dialed.Enqueue(address);
        if (!_behind.TryGetValue(address.Address.ToString(), out var canary))
        {
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        return await new SocketDialer().DialAsync(canary, cancellationToken);
    }
}
