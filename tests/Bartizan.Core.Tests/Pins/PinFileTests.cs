using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Pins;

namespace Bartizan.Core.Tests.Pins;

public sealed class PinFileTests
{
    [Fact]
    public void What_was_written_is_read_and_nothing_invisible_stands_in_it()
    {
        var pins = Sample();

        var text = PinFile.Write(pins);

        text.All(char.IsAscii).ShouldBeTrue();
        text.ShouldContain("\\u200b");
        var read = PinFile.Load(text, "agent.lock");
        read.Problem.ShouldBeEmpty();
        PinFile.Write(read.Lock!).ShouldBe(text);
        read.Lock!.Of("github").Holds(Tool("one")).ShouldBeTrue();
        read.Lock.Of("github").Holds(Tool("one", "else")).ShouldBeFalse();
        read.Lock.Workspace!["CLAUDE.md"].ShouldBe(Digest.Of("x"u8));
    }

    [Fact]
    public void A_text_that_was_edited_by_hand_pins_nothing()
    {
        var text = PinFile.Write(Sample()).Replace("Says\\u200b", "Says", StringComparison.Ordinal);

        var load = PinFile.Load(text, "agent.lock");

        load.Lock.ShouldBeNull();
        load.Problem.ShouldContain("`github/one`, whose definition isn't what its sha256 says");
    }

    [Theory]
    [InlineData("\"apiVersion\"", "\"apiVersions\"", "unknown key `apiVersions`")]
    [InlineData("bartizan/v1", "bartizan/v2", "isn't of the version")]
    [InlineData("\"sha256\": \"", "\"sha256\": \"x", "64 hexadecimal digits")]
    [InlineData("\"tools\": [", "\"more\": [], \"tools\": [", "unknown key `more`")]
    [InlineData("\"servers\": {", "\"servers\": {}, \"servers\": {", "no JSON")]
    [InlineData("\"servers\": {", "\"servers\": [{", "no JSON")]
    public void Anything_else_than_a_lock_is_an_error(string from, string to, string says)
    {
        var text = PinFile.Write(Sample());
        var at = text.IndexOf(from, StringComparison.Ordinal);

        var load = PinFile.Load(string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length)), "agent.lock");

        load.Lock.ShouldBeNull();
        load.Problem.ShouldContain(says);
    }

    [Fact]
    public void A_file_cut_anywhere_is_an_error()
    {
        var text = PinFile.Write(Sample()).TrimEnd();

        for (var length = 0; length < text.Length; length++)
        {
            PinFile.Load(text[..length], "agent.lock").Lock.ShouldBeNull();
        }
    }

    [Fact]
    public void A_difference_names_its_place_and_both_texts()
    {
        const string Before =
            """{"description":"old","inputSchema":{"properties":{"a/b":{"type":"string"}}},"name":"n"}""";
        const string After =
            """{"annotations":{},"description":"new","inputSchema":{"properties":{"a/b":{"type":"number"}}},"name":"n"}""";

        DefinitionChange
            .Between(Before, After)
            .ShouldBe([
                new DefinitionChange("/annotations", null, "{}"),
                new DefinitionChange("/description", "old", "new"),
                new DefinitionChange("/inputSchema/properties/a~1b/type", "string", "number"),
            ]);
        DefinitionChange.MembersOf(Before, After).ShouldBe(["annotations", "description", "inputSchema"]);
    }

    [Fact]
    public void The_eras_of_one_server_say_different_things_of_it_and_a_new_word_is_told_from_another_one()
    {
        var seen = PinnedServer.Nothing.With(Identity("""{"info":{"name":"s"}}"""));
        var more = Identity("""{"info":{"name":"s"},"instructions":"Be brief."}""");
        var other = Identity("""{"info":{"name":"t"}}""");

        seen.Holds(Identity("{}")).ShouldBeTrue();
        (seen.Holds(more), seen.LacksOnly(more)).ShouldBe((false, true));
        (seen.Holds(other), seen.LacksOnly(other)).ShouldBe((false, false));
    }

    private static PinLock Sample() =>
        PinLock.Nothing with
        {
            Servers = PinLock.Nothing.Servers.Add(
                "github",
                PinnedServer.Nothing.With(Tool("two")).With(Tool("one")).With(Identity("""{"info":{"name":"s"}}"""))
            ),
            Workspace = ImmutableSortedDictionary<string, Digest>.Empty.Add("CLAUDE.md", Digest.Of("x"u8)),
        };

    private static ToolDefinition Tool(string name, string says = "Says\u200b") =>
        ToolDefinition.Read($$"""{"name":"{{name}}","description":"{{says}}"}""")!;

    private static ServerIdentity Identity(string text) => ServerIdentity.Read(text)!;
}
