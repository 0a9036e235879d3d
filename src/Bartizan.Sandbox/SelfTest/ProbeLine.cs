using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>One line of the probe applet: an attempt's id, its result and what it saw.</summary>
internal sealed record ProbeLine(string Id, string Result, string Observed)
{
    private const int MaxLines = 1024;

    /// <summary>
    /// Reads the applet's output. A line that is no such line is left out, and so is an id's second line: the attempt then
    /// has no verdict and counts as open. What is attacked writes this, so nothing in it is trusted to be well-formed.
    /// </summary>
    public static ImmutableDictionary<string, ProbeLine> ReadAll(string output)
    {
        var lines = ImmutableDictionary.CreateBuilder<string, ProbeLine>();
        foreach (var text in output.Split('\n', MaxLines))
        {
            if (Read(text) is { } line)
            {
                lines.TryAdd(line.Id, line);
            }
        }

        return lines.ToImmutable();
    }

    private static ProbeLine? Read(string text)
    {
        try
        {
            var line = text.StartsWith('{') ? JsonSerializer.Deserialize(text, SelfTestJson.Default.ProbeLine) : null;
            return line is { Id: not null, Result: not null, Observed: not null } ? line : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
