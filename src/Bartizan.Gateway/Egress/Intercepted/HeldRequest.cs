using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>
/// A request that is read whole before it is decided, because guards want to read it: without the compression that its head tells of. What
/// was read is what is sent.
/// </summary>
/// <param name="Head">The head, without the fields that are no longer true of it.</param>
/// <param name="Body">The body, as guards read it and as it will be sent.</param>
internal sealed record HeldRequest(InterceptedHead Head, ReadOnlyMemory<byte> Body)
{
    /// <summary>Reads it; or what is wrong with it.</summary>
    public static async ValueTask<(HeldRequest? Held, string Problem)> ReadAsync(
        InterceptedHead head,
        PipeReader body,
        HeldBytes.Share room,
        IdleWatch idle,
        CancellationToken cancellationToken
    )
    {
        var bytes = new ArrayBufferWriter<byte>();
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            idle.Touch();
            if (bytes.WrittenCount + read.Buffer.Length > HeldBody.MaxBytes)
            {
                return (null, "its body is longer than guards read");
            }

            if (!room.TryTake(read.Buffer.Length))
            {
                return (null, "more is being read for guards already than there is memory for; send it again later");
            }

            foreach (var piece in read.Buffer)
            {
                bytes.Write(piece.Span);
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        if (bytes.WrittenCount == 0 || head.Fields.ContentEncoding.Count == 0)
        {
            return (new HeldRequest(head, bytes.WrittenMemory), "");
        }

        if (!Unpacking.TryDecode(head.Fields.ContentEncoding, bytes.WrittenMemory, room, out var unpacked))
        {
            return (null, "its body is packed in a way, or to a size, that guards can't read");
        }

        head.Fields.Remove("Content-Encoding");
        return (new HeldRequest(head, unpacked), "");
    }

    /// <summary>What guards read of it, and the log keeps.</summary>
    public ImmutableArray<Payload> ToPayloads(InterceptedPlace place)
    {
        var head = new Payload("head", "message/http", Head.ToText(place));
        var type = Head.Fields.ContentType is [{ } said, ..] ? said : "application/octet-stream";
        return Body.IsEmpty ? [head] : [head, new Payload("body", type, Body)];
    }
}
