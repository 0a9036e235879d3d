using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>The rows of one list of all servers, under the names that they have here. They come to one page.</summary>
internal sealed class JoinedList(string method, int maxBytes)
{
    private readonly string _items = Methods.ItemsOf(method);
    private int _bytes;

    /// <summary>A page of a server, renamed; null when it can't be read, or all together would be too large.</summary>
    public (List<ReadOnlyMemory<byte>> Rows, string? Next)? Read(ToolServer server, ReadOnlyMemory<byte> result)
    {
        if (Interlocked.Add(ref _bytes, result.Length) > maxBytes || CallParams.Read(result) is not { } page)
        {
            return null;
        }

        var rows = new List<ReadOnlyMemory<byte>>();
        foreach (var item in page.Member(_items).EnumerateArray())
        {
            if (Row(server.Name, item) is { } row)
            {
                rows.Add(row);
            }
        }

        return (rows, page.Text("nextCursor"));
    }

    /// <summary>All rows as an answer.</summary>
    public ReadOnlyMemory<byte> Write(
        string id,
        bool stateless,
        IEnumerable<IEnumerable<ReadOnlyMemory<byte>>> servers
    ) =>
        JoinedMessage.Result(
            id,
            json =>
            {
                JoinedAnswer.WriteHead(json, stateless, isKept: true);
                json.WriteStartArray(_items);
                foreach (var row in servers.SelectMany(rows => rows))
                {
                    json.WriteRawValue(row.Span, skipInputValidation: true);
                }

                json.WriteEndArray();
            }
        );

    private ReadOnlyMemory<byte>? Row(string server, JsonElement item)
    {
        var (member, rename) = method switch
        {
            "resources/list" => ("uri", (Func<string, string, string>)JoinedName.UriOf),
            "resources/templates/list" => ("uriTemplate", JoinedName.UriOf),
            _ => ("name", JoinedName.Of),
        };
        if (
            (member != "name" && !JoinedName.HasUris(server))
            || CallParams.Read(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(item).ToArray())
                is not { } row
            || row.Text(member) is not { Length: > 0 } own
        )
        {
            return null;
        }

        var body = new System.Buffers.ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        row.WriteWith(json, member, to => to.WriteStringValue(rename(server, own)));
        json.Flush();
        return body.WrittenMemory;
    }
}
