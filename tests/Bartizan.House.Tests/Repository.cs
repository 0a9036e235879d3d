namespace Bartizan.House.Tests;

/// <summary>The checkout this test was built in: what a commit could hold, with build output left out.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs =
    [
        ".git",
        ".tools",
        ".vs",
        "artifacts",
        "bin",
        "node_modules",
        "obj",
        "StrykerOutput",
        "TestResults",
    ];

    private static readonly string[] TextExtensions =
    [
        ".c",
        ".cs",
        ".csproj",
        ".css",
        ".h",
        ".html",
        ".js",
        ".json",
        ".md",
        ".mjs",
        ".props",
        ".py",
        ".sh",
        ".slnx",
        ".targets",
        ".txt",
        ".yaml",
        ".yml",
    ];

    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static readonly Lazy<IReadOnlyList<SourceFile>> AllFiles = new(() => [.. Read(Root)]);

    /// <summary>Every text file, lock files left out: they are written by a tool.</summary>
    public static IReadOnlyList<SourceFile> Files => AllFiles.Value;

    /// <summary>The C# of the product.</summary>
    public static IEnumerable<SourceFile> Product => Files.Where(file => file.IsCSharp && file.IsUnder("src/"));

    public static SourceFile Get(string path) =>
        Files.SingleOrDefault(file => file.Path == path)
        ?? throw new FileNotFoundException($"`{path}` is not in the repository");

    public static string FindRoot(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Bartizan.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above `{start}` holds Bartizan.slnx");
    }

    private static IEnumerable<SourceFile> Read(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            var isText = TextExtensions.Contains(Path.GetExtension(name)) || !name.Contains('.');
            if (isText && name != "packages.lock.json" && new FileInfo(path).LinkTarget is null)
            {
                yield return new SourceFile(Path.GetRelativePath(Root, path), File.ReadAllText(path));
            }
        }

        foreach (var inner in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (!NotOurs.Contains(Path.GetFileName(inner)))
            {
                foreach (var file in Read(inner))
                {
                    yield return file;
                }
            }
        }
    }
}
