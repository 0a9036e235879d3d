using System.Globalization;
using System.Text;
using Bartizan.Gateway.Model.Spending;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>The bytes that a text can come to when a tokenizer normalises it, which are never fewer than its tokens.</summary>
public sealed class NormalGrowthTests
{
    [Fact]
    public void Each_character_that_grows_is_counted_as_it_is_and_as_an_escape()
    {
        var lines = File.ReadLines(Listed()).Where(line => line[0] != '#').ToList();
        lines.Count.ShouldBe(919);

        foreach (var line in lines)
        {
            var (code, more) = (
                int.Parse(line.Split(' ')[0], NumberStyles.HexNumber, null),
                int.Parse(line.Split(' ')[1])
            );
            var text = new Rune(code).ToString();
            var bytes = Encoding.UTF8.GetBytes(text);
            NormalGrowth.Of(bytes).ShouldBeGreaterThanOrEqualTo(more, line);
            var escaped = Encoding.ASCII.GetBytes(string.Concat(text.Select(c => $"\\u{(int)c:x4}")));
            (escaped.Length + NormalGrowth.Of(escaped)).ShouldBeGreaterThanOrEqualTo(bytes.Length + more, line);
        }
    }

    [Theory]
    [InlineData("plain \\n text \\\" with \\u0041 escapes", 0)]
    [InlineData("Grüße aus Köln, Привет, 你好, नमस्ते, 안녕", 0)]
    [InlineData("\\\\uFDFA", 0)]
    [InlineData("\\uFDFA", 30)]
    [InlineData("aﷺbﷺ", 60)]
    [InlineData("\\u12", 0)]
    [InlineData("\\", 0)]
    public void Ordinary_text_grows_by_nothing(string text, long more) =>
        NormalGrowth.Of(Encoding.UTF8.GetBytes(text)).ShouldBe(more);

    [Fact]
    public void Bytes_that_are_no_text_end_it_and_count_for_nothing() =>
        NormalGrowth.Of([0xFF, 0xC3, 0xEF, 0xB7, (byte)'\\']).ShouldBe(0);

    [Theory]
    [InlineData("/v1/messages", "messages")]
    [InlineData("/v1/chat/completions", "messages")]
    [InlineData("/v1/responses", "input")]
    [InlineData("/v1beta/models/g:generateContent", "contents")]
    public void In_each_wire_it_is_reserved(string path, string field)
    {
        var plain = Reserved("abc");

        (Reserved("ﷺ") - plain).ShouldBe(30);

        long? Reserved(string text) =>
            RequestBounds
                .TryRead(path, Encoding.UTF8.GetBytes($$"""{"{{field}}":["{{text}}"]}"""), out _)!
                .Estimate.InputTokens;
    }

    private static string Listed()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Bartizan.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder.FullName, "conformance", "tokens", "nfkc-growth.txt");
    }
}
