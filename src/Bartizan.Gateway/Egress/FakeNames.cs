using System.Diagnostics.CodeAnalysis;
using System.Net;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// One session's fake addresses: 127.1.0.1 to 127.1.255.254, each standing for one name that was asked of DNS. Addresses go
/// round the whole range before one is used again, and a name that was pushed out has no address: a program that kept an
/// old one is refused, never sent to somebody else's host.
/// </summary>
internal sealed class FakeNames
{
    private const int First = 1;

    /// <summary>127.1.255.254: the last address before the range's broadcast.</summary>
    private const int Last = 0xFFFE;

    private readonly int _max;
    private readonly Lock _lock = new();
    private readonly Dictionary<HostName, LinkedListNode<(HostName Name, int Number)>> _byName = [];
    private readonly Dictionary<int, LinkedListNode<(HostName Name, int Number)>> _byNumber = [];
    private readonly LinkedList<(HostName Name, int Number)> _used = [];
    private int _next = First;

    /// <summary>Keeps at most <paramref name="max"/> names.</summary>
    public FakeNames(int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(max);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(max, Last / 2);
        _max = max;
    }

    /// <summary>How many names hold an address.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _used.Count;
            }
        }
    }

    /// <summary>The address that stands for <paramref name="name"/>; the same for as long as it is kept.</summary>
    public IPAddress AddressOf(HostName name, out bool added)
    {
        lock (_lock)
        {
            added = !_byName.TryGetValue(name, out var node);
            if (node is null)
            {
                if (_used.Count >= _max)
                {
                    Drop(_used.Last!);
                }

                node = new LinkedListNode<(HostName, int)>((name, TakeNumber()));
                _byName.Add(name, node);
                _byNumber.Add(node.Value.Number, node);
            }
            else
            {
                _used.Remove(node);
            }

            _used.AddFirst(node);
            return new IPAddress([127, 1, (byte)(node.Value.Number >> 8), (byte)node.Value.Number]);
        }
    }

    /// <summary>The name that <paramref name="address"/> stands for; false when it was never handed out, or no longer is.</summary>
    public bool TryFind(IPAddress address, [NotNullWhen(true)] out HostName? name)
    {
        name = null;
        Span<byte> bytes = stackalloc byte[4];
        if (!address.TryWriteBytes(bytes, out var written) || written != 4 || bytes[0] != 127 || bytes[1] != 1)
        {
            return false;
        }

        lock (_lock)
        {
            if (!_byNumber.TryGetValue((bytes[2] << 8) | bytes[3], out var node))
            {
                return false;
            }

            _used.Remove(node);
            _used.AddFirst(node);
            name = node.Value.Name;
            return true;
        }
    }

    private void Drop(LinkedListNode<(HostName Name, int Number)> node)
    {
        _used.Remove(node);
        _byName.Remove(node.Value.Name);
        _byNumber.Remove(node.Value.Number);
    }

    private int TakeNumber()
    {
        // Ends: at most half of the range is ever held.
        while (_byNumber.ContainsKey(_next))
        {
            _next = _next == Last ? First : _next + 1;
        }

        var number = _next;
        _next = _next == Last ? First : _next + 1;
        return number;
    }
}
