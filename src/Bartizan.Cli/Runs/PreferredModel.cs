namespace Bartizan.Cli.Runs;

/// <summary>
/// The model that the person has chosen for a client: the one thing of their own configuration that follows them into the
/// sandbox. A name, never a key or an address; whether it may be called is the manifest's to say.
/// </summary>
internal static class PreferredModel
{
    /// <summary>Longer than any model's id.</summary>
    private const int MaxLength = 128;

    /// <summary>The model; null when none was chosen.</summary>
    public static string? Of(string client)
    {
        var model = client switch
        {
            "codex" => FromToml(Path.Combine(CodexHome(), "config.toml")),
            "claude-code" => Environment.GetEnvironmentVariable("ANTHROPIC_MODEL"),
            _ => null,
        };
        return
            model is { Length: > 0 and <= MaxLength }
            && model.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/')
            ? model
            : null;
    }

    private static string CodexHome() =>
        Environment.GetEnvironmentVariable("CODEX_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".codex");

    // The top-level `model = "…"`, which TOML has before the first table.
    private static string? FromToml(string path)
    {
        try
        {
            return File.ReadLines(path)
                .Select(line => line.Trim())
                .TakeWhile(line => !line.StartsWith('['))
                .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
                .Where(pair => pair is ["model", _])
                .Select(pair => pair[1].Trim('"', '\''))
                .FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
