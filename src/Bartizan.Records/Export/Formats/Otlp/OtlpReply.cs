using System.Text;

namespace Bartizan.Records.Export.Formats.Otlp;

/// <summary>A collector's answer in protobuf: <c>partial_success { rejected = 1, error_message = 2 }</c>.</summary>
internal static class OtlpReply
{
    /// <summary>How much was rejected, and why; nothing for an answer that isn't one.</summary>
    public static (long Count, string Message) Read(ReadOnlySpan<byte> reply)
    {
        var count = 0L;
        var message = "";
        foreach (var outer in new ProtoFields(reply))
        {
            if (outer.Field != 1)
            {
                continue;
            }

            foreach (var inner in new ProtoFields(outer.Bytes))
            {
                count = inner.Field == 1 ? (long)inner.Number : count;
                message = inner.Field == 2 ? Encoding.UTF8.GetString(inner.Bytes) : message;
            }
        }

        return (count, message);
    }
}
