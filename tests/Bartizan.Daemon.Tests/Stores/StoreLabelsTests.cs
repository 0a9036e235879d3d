using Bartizan.Core.Flow;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Stores;

namespace Bartizan.Daemon.Tests.Stores;

/// <summary>Labels of stores are kept before anything leaves, and what can't be read of them counts as all there are.</summary>
public sealed class StoreLabelsTests : IDisposable
{
    private const string Store = "https://notes.example/mcp";
    private const Labels All = Labels.Untrusted | Labels.Private | Labels.Secret;

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-stores-").FullName;

    private string Kept => Path.Combine(_home, "stores.labels");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_key_s_labels_outlive_the_daemon_and_reach_whoever_reads_it_or_all()
    {
        new StoreLabels(_home).Add(Store, Key("n1"), Labels.Untrusted);
        new StoreLabels(_home).Add(Store, Key("n1"), Labels.Private);

        var kept = new StoreLabels(_home);
        kept.Of(Store, Key("n1")).ShouldBe(Labels.Untrusted | Labels.Private);
        kept.Of(Store, Key("n2")).ShouldBe(Labels.None);
        kept.Of(Store, StoreKeys.Any).ShouldBe(Labels.Untrusted | Labels.Private);
        kept.Of("https://other.example/mcp", StoreKeys.Any).ShouldBe(Labels.None);
        File.ReadAllText(Kept).ShouldNotContain("n1");
    }

    [Fact]
    public void What_was_written_under_a_key_that_nobody_saw_may_be_under_any()
    {
        new StoreLabels(_home).Add(Store, StoreKeys.Any, Labels.Untrusted);

        new StoreLabels(_home).Of(Store, Key("n1")).ShouldBe(Labels.Untrusted);
    }

    [Theory]
    [InlineData("half a line\n")]
    [InlineData("aaaa bbbb 1\n")]
    [InlineData("aaaa = a\naaaa bbbb 8\n")]
    [InlineData("\n")]
    public void A_list_that_can_t_be_read_is_every_label_on_every_key_and_takes_none(string text)
    {
        new StoreLabels(_home).Add(Store, Key("n1"), Labels.Untrusted);
        File.WriteAllText(Kept, text);

        var kept = new StoreLabels(_home);
        kept.Of(Store, Key("n2")).ShouldBe(All);
        Should.Throw<IOException>(() => kept.Add(Store, Key("n2"), Labels.Untrusted));
        Should.Throw<IOException>(() => kept.Clear(Store, null));
    }

    [Fact]
    public void A_lost_key_makes_the_list_unreadable()
    {
        new StoreLabels(_home).Add(Store, Key("n1"), Labels.Untrusted);
        File.Delete(Path.Combine(_home, "stores.key"));

        new StoreLabels(_home).Of(Store, Key("n1")).ShouldBe(All);
    }

    [Fact]
    public void A_line_that_was_cut_by_a_crash_is_as_if_it_never_began()
    {
        new StoreLabels(_home).Add(Store, Key("n1"), Labels.Untrusted);
        File.AppendAllText(Kept, "0123 4567");

        new StoreLabels(_home).Add(Store, Key("n2"), Labels.Private);
        new StoreLabels(_home).Of(Store, Key("n2")).ShouldBe(Labels.Private);
        new StoreLabels(_home).Of(Store, Key("n1")).ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public void A_cleared_key_is_clear_and_the_others_aren_t()
    {
        var labels = new StoreLabels(_home);
        labels.Add(Store, Key("n1"), Labels.Untrusted);
        labels.Add(Store, Key("n2"), Labels.Private);
        labels.Clear(Store, "N-1").ShouldBe(Labels.Untrusted);

        var kept = new StoreLabels(_home);
        kept.Of(Store, Key("n1")).ShouldBe(Labels.None);
        kept.Of(Store, StoreKeys.Any).ShouldBe(Labels.Private);
        kept.Clear(Store, null).ShouldBe(Labels.Private);
        new StoreLabels(_home).Of(Store, StoreKeys.Any).ShouldBe(Labels.None);
    }

    [Fact]
    public void More_stores_than_fit_are_all_stores()
    {
        // As many lines as a daemon would have written, without its thousand flushes.
        new StoreLabels(_home).Add(Store, Key("n1"), Labels.Private);
        File.AppendAllLines(Kept, Enumerable.Range(1, StoreLabels.MaxStores).Select(i => $"{i:x32} = s{i}"));

        new StoreLabels(_home).Add("https://last.example/", Key("n1"), Labels.Untrusted);
        new StoreLabels(_home).Of("https://new.example/", Key("x")).ShouldBe(Labels.Untrusted);
    }

    private static StoreKeys Key(string key) => new([StoreKeys.Form(key)!], IsWhole: false);
}
