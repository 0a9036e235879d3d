namespace Bartizan.House.Tests;

/// <summary>The repository as it stands passes every check of <see cref="Tidy"/>.</summary>
public sealed class TidyTests
{
    private static IEnumerable<SourceFile> Code => Repository.Files.Where(file => file.IsCSharp);

    private static IEnumerable<SourceFile> OurWords =>
        Repository.Files.Where(file =>
            (file.IsCSharp || file.IsMarkdown) && file.Name != "BannedWord.cs" && file.Name != "TidyCanFailTests.cs"
        );

    [Fact]
    public void The_repository_is_found_and_read() => Repository.Product.Count().ShouldBeGreaterThan(50);

    [Fact]
    public void The_words_of_the_house_are_used() => None(OurWords.SelectMany(Tidy.BannedWords));

    [Fact]
    public void No_file_is_named_after_nothing() => None(Code.SelectMany(Tidy.Names));

    [Fact]
    public void Nothing_is_left_for_later() =>
        None(Repository.Files.Where(file => file.Name != "TidyCanFailTests.cs").SelectMany(Tidy.Leftovers));

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        None(
            Repository
                .Files.Where(file => file.IsCSharp || file.Path.EndsWith(".c", StringComparison.Ordinal))
                .SelectMany(Tidy.Length)
        );

    [Fact]
    public void No_line_of_the_product_is_too_long() => None(Repository.Product.SelectMany(Tidy.LineLength));

    [Fact]
    public void One_public_type_stands_in_a_file() => None(Repository.Product.SelectMany(Tidy.PublicTypes));

    [Fact]
    public void No_path_or_host_of_one_machine_is_committed() =>
        None(Repository.Files.Where(file => file.Name != "TidyCanFailTests.cs").SelectMany(Tidy.MachinePaths));

    [Fact]
    public void Native_calls_live_in_two_folders() => None(Repository.Product.SelectMany(Tidy.Pinvoke));

    [Fact]
    public void Screening_and_deciding_know_no_clock_and_no_world()
    {
        foreach (var folder in (string[])["src/Bartizan.Core/Policy/", "src/Bartizan.Core/Conditions/"])
        {
            var files = Repository.Product.Where(file => file.IsUnder(folder)).ToList();
            files.ShouldNotBeEmpty();
            None(files.SelectMany(Tidy.Impurity));
        }
    }

    [Fact]
    public void Links_in_the_docs_lead_somewhere() =>
        None(
            Repository
                .Files.Where(file => file.IsMarkdown)
                .SelectMany(file => Tidy.Links(file, path => Path.Exists(Path.Combine(Repository.Root, path))))
        );

    private static void None(IEnumerable<string> complaints) =>
        complaints.ShouldBeEmpty(string.Join(Environment.NewLine, complaints));
}
