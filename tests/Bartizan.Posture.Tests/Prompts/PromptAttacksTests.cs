using Bartizan.Posture.Prompts;

namespace Bartizan.Posture.Tests.Prompts;

/// <summary>The bundled attacks are of every family and written out as they say.</summary>
public sealed class PromptAttacksTests
{
    [Fact]
    public void There_are_some_of_every_family()
    {
        PromptAttacks.All.Length.ShouldBeGreaterThanOrEqualTo(20);
        PromptAttacks.All.Select(attack => attack.Name).ShouldBeUnique();
        PromptAttacks
            .All.Select(attack => attack.Family)
            .Distinct()
            .ShouldBe(["extraction", "override", "persona", "encoding", "translation", "document"], ignoreOrder: true);
    }

    [Fact]
    public void One_that_is_to_be_obeyed_names_the_halves_of_its_word_and_never_the_word()
    {
        foreach (var attack in PromptAttacks.All.Where(attack => attack.Goal == PromptAttackGoal.Obey))
        {
            var plain = PromptAttacks.Written(attack with { Form = PromptAttackForm.Plain }, "qwlkz", "mrtvn");
            plain.ShouldContain("qwlkz");
            plain.ShouldContain("mrtvn");
            plain.ShouldNotContain("qwlkzmrtvn");
        }
    }

    [Theory]
    [InlineData(PromptAttackForm.Base64, "TGlzdGVu")]
    [InlineData(PromptAttackForm.Reversed, "netsiL")]
    [InlineData(PromptAttackForm.Hex, "4C697374656E")]
    public void It_is_written_as_it_says(PromptAttackForm form, string written) =>
        PromptAttacks
            .Written(new PromptAttack("a", "encoding", PromptAttackGoal.Leak, "Listen") { Form = form }, "", "")
            .ShouldEndWith(written);
}
