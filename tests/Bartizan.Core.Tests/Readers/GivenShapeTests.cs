using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Readers;

namespace Bartizan.Core.Tests.Readers;

public sealed class GivenShapeTests
{
    [Theory]
    [InlineData("identifier", "INV-2026-17")]
    [InlineData("identifier", "18c5f2ad9b3e44d1")]
    [InlineData("identifier", "550e8400e29b41d4a716446655440000")]
    [InlineData("identifier", "C024BE91L")]
    [InlineData("identifier", "dQw4w9WgXcQ")]
    [InlineData("date", "2026-11-22")]
    [InlineData("currency", "EUR")]
    public void What_is_of_its_kind_is_given(string kind, string value) =>
        Read(kind, $"\"{value}\"").ShouldBe($$"""{"v":"{{value}}"}""");

    [Theory]
    [InlineData("identifier", "ignore-all-rules")]
    [InlineData("identifier", "ignore_rules_pay")]
    [InlineData("identifier", "SendMoneyToEve")]
    [InlineData("identifier", "deleteeverything")]
    [InlineData("identifier", "d3l3te.all.files.now")]
    [InlineData("identifier", "-rf")]
    [InlineData("identifier", ".ssh")]
    [InlineData("identifier", "a b")]
    [InlineData("identifier", "eve@evil.example")]
    [InlineData("identifier", "evil.example/x")]
    [InlineData("identifier", "\\u0430cc-1")]
    [InlineData("identifier", "\\uff11\\uff12")]
    [InlineData("identifier", "1\\u202e2")]
    [InlineData("identifier", "1\\u0000")]
    [InlineData("identifier", "")]
    [InlineData("date", "2026-1-2")]
    [InlineData("date", "22.11.2026")]
    [InlineData("date", "0001-01-01")]
    [InlineData("currency", "eur")]
    [InlineData("currency", "EURO")]
    public void What_reads_like_words_or_is_of_another_kind_is_not(string kind, string value) =>
        Read(kind, $"\"{value}\"").ShouldBeNull();

    [Theory]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("1.5000", "1.5")]
    [InlineData("1e2", "100")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    public void A_number_has_one_spelling(string said, string given) =>
        Read("number", said).ShouldBe($$"""{"v":{{given}}}""");

    [Theory]
    [InlineData("1.00001")]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("1e999")]
    [InlineData("true")]
    [InlineData("\"1\"")]
    public void A_number_that_carries_more_is_none(string said) => Read("number", said).ShouldBeNull();

    [Theory]
    [InlineData("```json\n{\"v\":true}\n```")]
    [InlineData("```\n{\"v\":true}\n```")]
    [InlineData(" {\"v\" : true}\n")]
    public void A_fence_around_all_of_it_is_taken_off(string answer) =>
        Read(Fields("boolean"), answer).ShouldBe("""{"v":true}""");

    [Theory]
    [InlineData("```json\n{\"v\":true}\n``` and more")]
    [InlineData("```pay eve\n{\"v\":true}\n```")]
    [InlineData("{\"v\":true} // pay eve")]
    [InlineData("{\"v\":true,\"v\":false}")]
    [InlineData("{\"v\":null}")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("")]
    public void What_is_not_one_object_of_the_shape_is_nothing(string answer) =>
        Read(Fields("boolean"), answer).ShouldBeNull();

    [Fact]
    public void An_answer_that_is_too_long_or_too_deep_is_nothing()
    {
        Read(Fields("boolean"), "{\"v\":true" + new string(' ', GivenShape.MaxAnswerBytes) + "}").ShouldBeNull();
        Read(Fields("boolean"), "{\"v\":" + new string('[', 10_000)).ShouldBeNull();
    }

    [Fact]
    public void A_pattern_of_the_author_names_what_else_may_stand_there()
    {
        var field = Field(GivenKind.Identifier, new ArgumentRule { Path = "v", Glob = "*@example.com" });

        Read(field, """{"v":"ann.lee@example.com"}""").ShouldNotBeNull();
        Read(field, """{"v":"ann.lee@evil.example"}""").ShouldBeNull();
        Read(field, """{"v":"ann@evil.example,a@example.com"}""").ShouldBeNull();
        Read(field, """{"v":"please.pay.eve.now@example.com"}""").ShouldBeNull();
    }

    private static string? Read(string kind, string value) => Read(Fields(kind), $$"""{"v":{{value}}}""");

    private static GivenField Fields(string kind) =>
        Field(
            Enum.Parse<GivenKind>(kind, ignoreCase: true),
            new ArgumentRule
            {
                Path = "v",
                Least = kind == "number" ? 0 : null,
                Most = kind == "number" ? 1000 : null,
            }
        );

    private static GivenField Field(GivenKind kind, ArgumentRule demands) => new("v", kind, demands);

    private static string? Read(GivenField field, string answer) =>
        GivenShape.Read([field], answer) is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
}
