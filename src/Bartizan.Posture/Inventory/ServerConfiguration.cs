using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Posture.Inventory;

/// <summary>Reads the servers out of an agent's JSON configuration (<c>mcpServers</c>).</summary>
internal static class ServerConfiguration
{
    /// <summary>The largest configuration that is parsed.</summary>
    private const long MaxConfigurationBytes = 8 << 20;

    /// <summary>Arguments of a command that are read; a longer one is left for a person to copy.</summary>
    private const int MaxArguments = 64;

    /// <summary>Letters and digits in one piece: words are shorter, keys are longer.</summary>
    private const int LongestWord = 24;

    /// <summary>The servers that a file names; none when it isn't there or can't be read.</summary>
    public static ImmutableArray<FoundServer> Read(string file, string place)
    {
        try
        {
            if (!File.Exists(file) || new FileInfo(file).Length > MaxConfigurationBytes)
            {
                return [];
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return Member(document.RootElement, "mcpServers") is { ValueKind: JsonValueKind.Object } servers
                ? [.. servers.EnumerateObject().Select(server => Of(server, place))]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    private static FoundServer Of(JsonProperty server, string place) =>
        new(server.Name, place)
        {
            Url = Address(Text(Member(server.Value, "url"))),
            Command = Command(server.Value),
            Variables = [.. Names(Member(server.Value, "env"))],
            HasHeaders = Names(Member(server.Value, "headers")).Any(),
        };

    // A token may stand in the user's place or behind the question mark.
    private static Uri? Address(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url.UserInfo.Length == 0
        && url.Query.Length == 0
        && url.Fragment.Length == 0
        && !url.Segments.Any(MayBeSecret)
            ? url
            : null;

    private static ImmutableArray<string> Command(JsonElement server)
    {
        var words = new List<string>();
        if (Text(Member(server, "command")) is not { Length: > 0 } program)
        {
            return [];
        }

        words.Add(program);
        if (Member(server, "args") is { ValueKind: JsonValueKind.Array } arguments)
        {
            if (arguments.GetArrayLength() > MaxArguments)
            {
                return [];
            }

            foreach (var argument in arguments.EnumerateArray())
            {
                if (Text(argument) is not { } word)
                {
                    return [];
                }

                words.Add(word);
            }
        }

        return words.Exists(MayBeSecret) ? [] : [.. words];
    }

    // Names of options count too: what follows `--api-key` is a key however it looks.
    private static bool MayBeSecret(string word)
    {
        ReadOnlySpan<string> said = ["token", "secret", "password", "passwd", "apikey", "api-key", "api_key", "bearer"];
        foreach (var name in said)
        {
            if (word.Contains(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        var run = 0;
        foreach (var c in word)
        {
            run = char.IsAsciiLetterOrDigit(c) || c is '_' or '+' ? run + 1 : 0;
            if (run > LongestWord || char.IsControl(c))
            {
                return true;
            }
        }

        return false;
    }

    private static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static IEnumerable<string> Names(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().Select(member => member.Name) : [];
}
