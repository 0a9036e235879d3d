using System.Buffers;
using System.Collections.Immutable;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// A request's body that is read whole before the request is decided, because guards want to read it: without the compression that its
/// head tells of. What was read is what is sent: a packed body has room for bytes that no unpacking shows, behind its end or in its own
/// fields.
/// </summary>
internal sealed class HeldBody
{
    /// <summary>The longest body that guards read, compressed or not; a request with a longer one is refused.</summary>
    public const int MaxBytes = 8 << 20;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    private ReadOnlyMemory<byte>? _unpacked;

    /// <summary>The body, as guards read it and as it will be sent.</summary>
    public ReadOnlyMemory<byte> Bytes => _unpacked ?? _bytes.WrittenMemory;

    /// <summary>The head to send before it, as guards read it.</summary>
    public byte[] Head { get; private set; } = [];

    /// <summary>Reads it; what is wrong with it, or null.</summary>
    public async ValueTask<string?> ReadAsync(
        BodyReader body,
        HeldBytes.Share room,
        IdleWatch idle,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var (state, bytes) = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            idle.Touch();
            if (state != BodyState.Piece)
            {
                return state == BodyState.End ? null : "its body is broken";
            }

            if (_bytes.WrittenCount + bytes.Length > MaxBytes)
            {
                return "its body is longer than guards read";
            }

            if (!room.TryTake(bytes.Length))
            {
                return "more is being read for guards already than there is memory for; send it again later";
            }

            _bytes.Write(bytes.Span);
            body.Advance(bytes.Length);
        }
    }

    /// <summary>What guards read of the request, and the log keeps; null when the body can't be read.</summary>
    public ImmutableArray<Payload>? ToPayloads(RequestHead request, HeldBytes.Share room)
    {
        var sent = request;
        if (_bytes.WrittenCount > 0 && request.Fields.Any(f => f.Is("Content-Encoding")))
        {
            var codings = request.Fields.Where(f => f.Is("Content-Encoding")).Select(f => f.Value);
            if (!Unpacking.TryDecode(codings, _bytes.WrittenMemory, room, out var unpacked))
            {
                return null;
            }

            _unpacked = unpacked;
            sent = request.Unpacked(unpacked.Length);
        }

        // The connection's own fields go no further, and neither does the proxy's credential.
        Head = sent.ToUpstream();
        var head = new Payload("head", "message/http", Head);
        var type = request.Fields.FirstOrDefault(f => f.Is("Content-Type")).Value ?? "application/octet-stream";
        return Bytes.IsEmpty ? [head] : [head, new Payload("body", type, Bytes)];
    }
}
