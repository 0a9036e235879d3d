namespace Bartizan.Records.Export.Sinks.Http;

/// <summary>Bodies made of entries that are JSON already.</summary>
internal static class JsonBody
{
    /// <summary>Entries with commas between them, and what stands around them.</summary>
    public static byte[] Array(ReadOnlySpan<byte> before, IReadOnlyList<SinkItem> batch, ReadOnlySpan<byte> after)
    {
        var body = new byte[before.Length + batch.Sum(item => item.Bytes.Length + 1) - 1 + after.Length];
        before.CopyTo(body);
        var at = before.Length;
        for (var i = 0; i < batch.Count; i++)
        {
            if (i > 0)
            {
                body[at++] = (byte)',';
            }

            batch[i].Bytes.Span.CopyTo(body.AsSpan(at));
            at += batch[i].Bytes.Length;
        }

        after.CopyTo(body.AsSpan(at));
        return body;
    }

    /// <summary>Entries one after the other, each with what ends it.</summary>
    public static byte[] Lines(IReadOnlyList<SinkItem> batch)
    {
        var body = new byte[batch.Sum(item => item.Bytes.Length + 1)];
        var at = 0;
        foreach (var item in batch)
        {
            item.Bytes.Span.CopyTo(body.AsSpan(at));
            at += item.Bytes.Length;
            body[at++] = (byte)'\n';
        }

        return body;
    }
}
