using Bartizan.Core.Retention;
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
    private readonly Dictionary<PayloadPart, SessionKey> _open = [];

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
        var part = new PayloadPart(session, reference.Class);
        var isOlder = reference.Class != PayloadClass.Other && !_open.ContainsKey(part) && !IsThere(part);
        if (isOlder)
        {
            // Before classes had keys of their own, all of a session's payloads lay under one.
            part = new PayloadPart(session, PayloadClass.Other);
        }

        var state = KeyOf(part, out var key);
        if (key is null)
        {
            // Without a key file the session never had a payload: what the leaf speaks of was taken away.
            return new OpenedPayload(state, default);
        }

        var record = PayloadFile.Read(PayloadStore.PathOf(payloadDirectory, part), reference.Reference);
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
            : new OpenedPayload(isOlder ? PayloadState.Missing : PayloadState.Changed, default);
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private bool IsThere(PayloadPart part) =>
        _keys.Has(part) || File.Exists(PayloadStore.PathOf(payloadDirectory, part));

    private PayloadState KeyOf(PayloadPart part, out SessionKey? key)
    {
        if (_open.TryGetValue(part, out key))
        {
            return PayloadState.Whole;
        }

        var state = _keys.TryLoad(part, out key);
        if (key is not null)
        {
            if (_open.Count >= MaxKeys)
            {
                Forget();
            }

            _open.Add(part, key);
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
