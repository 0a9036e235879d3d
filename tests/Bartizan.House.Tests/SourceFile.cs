namespace Bartizan.House.Tests;

/// <summary>One text file of the repository, by its path from the root.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path) ?? "";

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsMarkdown => Path.EndsWith(".md", StringComparison.Ordinal);

    public string[] Lines { get; } = Text.Split('\n');

    public bool IsUnder(string folder) => Path.StartsWith(folder, StringComparison.Ordinal);
}
