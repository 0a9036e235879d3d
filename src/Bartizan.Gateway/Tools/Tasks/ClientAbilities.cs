using System.Buffers;
using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Tasks;

/// <summary>What a client says that it can, without what isn't mediated: a server's question becomes no task of the client's.</summary>
internal static class ClientAbilities
{
    private const string Name = "capabilities";
    private const string Tasks = "tasks";

    /// <summary>The parameters of an <c>initialize</c> without it; null where it isn't said.</summary>
    public static ReadOnlyMemory<byte>? WithoutTasks(CallParams call)
    {
        if (
            call.Member(Name) is not { ValueKind: JsonValueKind.Object } abilities
            || !abilities.TryGetProperty(Tasks, out _)
        )
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        call.WriteWith(
            json,
            Name,
            to =>
            {
                to.WriteStartObject();
                foreach (var ability in abilities.EnumerateObject().Where(one => one.Name != Tasks))
                {
                    ability.WriteTo(to);
                }

                to.WriteEndObject();
            }
        );
        json.Flush();
        return body.WrittenMemory;
    }
}
