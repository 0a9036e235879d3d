namespace Bartizan.Records.Tests.Export;

/// <summary>Where the tests' files are.</summary>
internal static class TestFiles
{
    /// <summary>The checkout.</summary>
    public static string RepositoryRoot { get; } = Root();

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bartizan.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("this is no checkout");
        }

        return folder;
    }
}
