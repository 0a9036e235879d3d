using System.Text.Json;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>One step of a wire script, as the probe applet reports it.</summary>
/// <param name="Id">The case.</param>
/// <param name="Step"><c>connect</c>, <c>send</c>, <c>head</c>, <c>all</c>…</param>
/// <param name="Result"><c>ok</c>, <c>closed</c>, an errno's name, a count.</param>
/// <param name="Bytes">What was read, in hexadecimal.</param>
public sealed record WireLine(string Id, string Step, string Result, string Bytes)
{
    /// <summary>Reads one line of output; null when it is none.</summary>
    public static WireLine? Read(string text)
    {
        try
        {
            var line = text.StartsWith('{') ? JsonSerializer.Deserialize(text, SelfTestJson.Default.WireLine) : null;
            return line is { Id: not null, Step: not null, Result: not null, Bytes: not null } ? line : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
