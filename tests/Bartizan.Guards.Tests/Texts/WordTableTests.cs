using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Tests.Texts;

public sealed class WordTableTests
{
    private static readonly string[] _words =
    [
        "a",
        "to",
        "don't",
        "password",
        "passwords",
        "instruction",
        "instructions",
        "instructed",
        "user_input",
        "é",
        "no space",
    ];

    private static readonly WordTable _table = new(_words.Select((word, at) => (word, at + 1)));

    [Fact]
    public void A_word_is_found_wherever_it_stands_and_whatever_its_case()
    {
        for (var number = 1; number <= 9; number++)
        {
            var word = _words[number - 1];
            foreach (var one in new[] { word, word.ToUpperInvariant() })
            {
                _table.NumberOf(one, 0, one.Length).ShouldBe(number, one);
                _table.NumberOf("so " + one + " and so on", 3, one.Length).ShouldBe(number, one);
                _table.NumberOf("é" + one + ".", 1, one.Length).ShouldBe(number, one);
            }
        }
    }

    [Theory]
    [InlineData("b")]
    [InlineData("too")]
    [InlineData("passwort")]
    [InlineData("passworde")]
    [InlineData("instructionz")]
    [InlineData("user-input")]
    [InlineData("user input")]
    public void No_other_word_is_taken_for_one(string word) => _table.NumberOf(word, 0, word.Length).ShouldBe(0);
}
