using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>What all servers together say of themselves: what one can, the endpoint can.</summary>
internal sealed class JoinedAbilities
{
    /// <summary>Characters of a server's instructions that are passed on: a page; models read them at every start.</summary>
    private const int MaxInstructions = 8192;

    private static readonly string[] Known = ["prompts", "resources", "completions", "logging"];

    private static readonly string[] Details = ["listChanged", "subscribe"];

    private readonly SortedDictionary<string, SortedSet<string>> _can = new(StringComparer.Ordinal)
    {
        ["tools"] = ["listChanged"],
    };

    private readonly List<string> _instructions = [];

    /// <summary>Adds what a server said.</summary>
    public void Add(string server, ReadOnlyMemory<byte> said)
    {
        if (CallParams.Read(said) is not { } result)
        {
            return;
        }

        if (result.Text("instructions") is { Length: > 0 and <= MaxInstructions } instructions)
        {
            _instructions.Add($"# {server}\n{instructions}");
        }

        if (result.Member("capabilities") is not { ValueKind: JsonValueKind.Object } capabilities)
        {
            return;
        }

        foreach (var name in Known)
        {
            if (
                !capabilities.TryGetProperty(name, out var said1)
                || said1.ValueKind != JsonValueKind.Object
                || (name == "resources" && !JoinedName.HasUris(server))
            )
            {
                continue;
            }

            var details = _can.TryGetValue(name, out var known) ? known : _can[name] = new(StringComparer.Ordinal);
            foreach (var detail in Details)
            {
                if (said1.TryGetProperty(detail, out var on) && on.ValueKind == JsonValueKind.True)
                {
                    details.Add(detail);
                }
            }
        }
    }

    /// <summary>Writes them.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("capabilities"u8);
        foreach (var (name, details) in _can)
        {
            json.WriteStartObject(name);
            foreach (var detail in details)
            {
                json.WriteBoolean(detail, true);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (_instructions.Count > 0)
        {
            json.WriteString("instructions"u8, string.Join("\n\n", _instructions));
        }
    }
}
