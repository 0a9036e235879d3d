using System.Collections.Concurrent;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Model;

/// <summary>What one session has under way at the gateway, held to its bounds, and the stored answers that are its own.</summary>
internal sealed class SessionTraffic(ModelGatewayOptions options)
{
    /// <summary>Stored answers remembered; the oldest is forgotten, and can then no longer be fetched.</summary>
    private const int MaxStored = 4096;

    private readonly ConcurrentDictionary<string, ModelTarget> _stored = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();
    private int _requests;
    private long _bytes;

    /// <summary>Counts a request in; false when there are too many, and then it isn't counted.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _requests) <= options.MaxRequestsInFlight)
        {
            return true;
        }

        Interlocked.Decrement(ref _requests);
        return false;
    }

    /// <summary>Counts a request out.</summary>
    public void Leave() => Interlocked.Decrement(ref _requests);

    /// <summary>Takes memory for a request body; false when too much is taken.</summary>
    public bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= options.MaxRequestBytesInFlight)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Gives memory back.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>Remembers which model gave an answer that the upstream keeps.</summary>
    public void Remember(string id, ModelTarget target)
    {
        if (!_stored.TryAdd(id, target))
        {
            return;
        }

        _order.Enqueue(id);
        while (_stored.Count > MaxStored && _order.TryDequeue(out var oldest))
        {
            _stored.TryRemove(oldest, out _);
        }
    }

    /// <summary>The model behind a stored answer of this session; null for any other id.</summary>
    public ModelTarget? Recall(string id) => _stored.GetValueOrDefault(id);
}
