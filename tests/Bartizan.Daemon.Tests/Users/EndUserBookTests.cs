using System.Text;
using Bartizan.Core.Conditions;
using Bartizan.Daemon.Users;

namespace Bartizan.Daemon.Tests.Users;

public sealed class EndUserBookTests : IDisposable
{
    private const string Issuer = "https://login.example";

    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-users-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_user_has_one_pseudonym_and_it_outlives_the_instance()
    {
        var first = await KnowAsync("alice");

        first.Length.ShouldBe("user:".Length + 22);
        first.ShouldStartWith("user:");
        (await KnowAsync("alice")).ShouldBe(first);
        (await KnowAsync("bob")).ShouldNotBe(first);
        (await KnowAsync("alice", "https://other.example")).ShouldNotBe(first, "another issuer's alice is another");
        UserNames.Of(_home, "alice").Length.ShouldBe(2);
        File.GetUnixFileMode(Book).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_thousand_at_once_are_a_thousand_and_each_is_one()
    {
        using var book = new EndUserBook(Book);
        var all = await Task.WhenAll(
            Enumerable
                .Range(0, 1000)
                .Select(async i => (await book.KnowAsync(Issuer, $"u{i % 100}", AttributeSet.Empty, default)).Person)
        );

        all.Distinct().Count().ShouldBe(100);
        File.ReadAllLines(Book).Length.ShouldBe(100);
    }

    [Fact]
    public async Task A_provider_that_makes_up_people_leaves_room_for_those_of_others()
    {
        using (var made = new EndUserBook(Book))
        {
            await made.KnowAsync(Issuer, "0", AttributeSet.Empty, default);
        }

        var line = (await File.ReadAllTextAsync(Book)).Replace("\"0\"", "\"{0}\"");
        await File.WriteAllLinesAsync(
            Book,
            Enumerable.Range(0, EndUserBook.MaxOfIssuer).Select(i => line.TrimEnd().Replace("{0}", $"{i}"))
        );
        using var book = new EndUserBook(Book);

        await Should.ThrowAsync<IOException>(async () =>
            await book.KnowAsync(Issuer, "one more", AttributeSet.Empty, default)
        );

        (await book.KnowAsync(Issuer, "0", AttributeSet.Empty, default)).Person.ShouldStartWith("user:");
        (await book.KnowAsync("https://other.example", "0", AttributeSet.Empty, default)).Person.ShouldStartWith(
            "user:"
        );
    }

    [Fact]
    public async Task What_a_crash_leaves_of_a_line_is_cut_off()
    {
        var alice = await KnowAsync("alice");
        var whole = File.ReadAllBytes(Book);
        await KnowAsync("bob");
        var both = File.ReadAllBytes(Book);

        for (var length = whole.Length; length < both.Length; length++)
        {
            await File.WriteAllBytesAsync(Book, both[..length]);
            (await KnowAsync("alice")).ShouldBe(alice);
            File.ReadAllBytes(Book).ShouldBe(whole);
        }
    }

    [Theory]
    [InlineData("no json\n")]
    [InlineData("{}\n")]
    [InlineData("\n")]
    [InlineData("{\"Person\":\"root\",\"Issuer\":\"i\",\"Subject\":\"s\"}\n")]
    [InlineData("{\"Person\":\"user:a\",\"Issuer\":\"i\",\"Subject\":\"\"}\n")]
    [InlineData("{\"Person\":\"user:a\",\"Issuer\":\"i\",\"Subject\":\"s\",\"More\":1}\n")]
    [InlineData("{\"Person\":\"user:a\",\"Person\":\"user:b\",\"Issuer\":\"i\",\"Subject\":\"s\"}\n")]
    [InlineData(
        "{\"Person\":\"user:a\",\"Issuer\":\"i\",\"Subject\":\"s\"}\n{\"Person\":\"user:b\",\"Issuer\":\"i\",\"Subject\":\"s\"}\n"
    )]
    public async Task A_book_that_isnt_what_was_written_lets_nobody_in(string text)
    {
        await File.WriteAllTextAsync(Book, text);

        await Should.ThrowAsync<IOException>(() => KnowAsync("alice"));
        (await File.ReadAllTextAsync(Book)).ShouldBe(text, "nothing of it is thrown away");
    }

    [Fact]
    public async Task What_is_forgotten_stands_nowhere_and_never_has_the_same_name_again()
    {
        using var book = new EndUserBook(Book);
        var alice = (await book.KnowAsync(Issuer, "alice-248289761001", AttributeSet.Empty, default)).Person;
        var bob = (await book.KnowAsync(Issuer, "bob", AttributeSet.Empty, default)).Person;
        await using var before = new FileStream(
            Book,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );

        var kept = book.Forgotten;

        (await book.ForgetAsync(alice, default)).ShouldBeTrue();

        book.Forgotten.ShouldNotBe(kept, "what is kept beside the book holds no longer");
        (await book.ForgetAsync(alice, default)).ShouldBeFalse();
        foreach (var file in Directory.EnumerateFiles(_home, "*", SearchOption.AllDirectories))
        {
            (await File.ReadAllTextAsync(file)).ShouldNotContain("alice");
        }

        var old = new byte[before.Length];
        await before.ReadExactlyAsync(old);
        Encoding
            .Latin1.GetString(old)
            .ShouldNotContain("alice", Case.Sensitive, "the bytes of the file before are written over");
        (await book.FindAsync("alice-248289761001", null, default)).ShouldBeEmpty();
        (await book.KnowAsync(Issuer, "bob", AttributeSet.Empty, default)).Person.ShouldBe(bob);
        (await book.KnowAsync(Issuer, "alice-248289761001", AttributeSet.Empty, default)).Person.ShouldNotBe(alice);
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_lets_nobody_in()
    {
        Directory.CreateDirectory(Book);

        await Should.ThrowAsync<Exception>(() => KnowAsync("alice"));
    }

    [Fact]
    public async Task A_user_says_nothing_of_themselves_in_a_message()
    {
        using var book = new EndUserBook(Book);
        var user = await book.KnowAsync(Issuer, "alice", AttributeSet.Empty, default);

        $"{user}".ShouldBe(user.Person);
        $"{(await book.FindAsync("alice", Issuer, default)).Single()}".ShouldBe(user.Person);
    }

    private string Book => StateDirectory.UsersOf(_home);

    private async Task<string> KnowAsync(string subject, string issuer = Issuer)
    {
        using var book = new EndUserBook(Book);
        return (await book.KnowAsync(issuer, subject, AttributeSet.Empty, default)).Person;
    }
}
