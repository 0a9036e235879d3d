using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Payloads;

/// <summary>
/// Reads payloads back and holds them against their commitments. Needs the files and the instance's key; changes
/// nothing.
/// </summary>
public sealed class PayloadReader(string payloadDirectory, string keyDirectory) : IDisposable
{
    // Keys kept while walking a log in which sessions alternate.
    private const int MaxKeys = 256;

    private readonly PayloadKeys _keys = new(payloadDirectory, keyDirectory);
    private readonly Dictionary<SessionId, SessionKey> _open = [];

    /// <summary>Reads one payload.</summary>
    public OpenedPayload Open(SessionId session, PayloadReference reference)
    {
        var opened = OpenSalted(session, reference);
        return opened.State == PayloadState.Whole
            ? opened with
            {
                Content = opened.Content[PayloadStore.SaltBytes..],
            }
            : opened;
    }

    /// <summary>The same with its salt before it, for whoever shall check the commitment.</summary>
    internal OpenedPayload OpenSalted(SessionId session, PayloadReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var state = KeyOf(session, out var key);
        if (key is null)
        {
            // Without a key file the session never had a payload: what the leaf speaks of was taken away.
            return new OpenedPayload(state, default);
        }

        var record = PayloadFile.Read(PayloadStore.PathOf(payloadDirectory, session), reference.Reference);
        if (record is null)
        {
            return new OpenedPayload(PayloadState.Missing, default);
        }

        var plain = key.Open(record, PayloadStore.Context(session, reference.Role));
        return
            plain is { Length: >= PayloadStore.SaltBytes }
            && plain.Length - PayloadStore.SaltBytes == reference.Kept
            && PayloadStore.Commit(plain) == reference.Commitment
            ? new OpenedPayload(PayloadState.Whole, plain)
            : new OpenedPayload(PayloadState.Changed, default);
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private PayloadState KeyOf(SessionId session, out SessionKey? key)
    {
        if (_open.TryGetValue(session, out key))
        {
            return PayloadState.Whole;
        }

        var state = _keys.TryLoad(session, out key);
        if (key is not null)
        {
            if (_open.Count >= MaxKeys)
            {
                Forget();
            }

            _open.Add(session, key);
        }

        return state;
    }

    private void Forget()
    {
        foreach (var key in _open.Values)
        {
            key.Dispose();
        }

        _open.Clear();
    }
}
