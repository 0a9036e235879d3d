using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Sessions;

public sealed class SessionIdTests
{
    [Fact]
    public void An_id_is_read_back_as_itself()
    {
        var id = SessionId.New();
        SessionId.TryParse(id.ToString(), out var read).ShouldBeTrue();
        read.ShouldBe(id);
        id.ToString().Length.ShouldBe(22);
        id.ToString().ShouldStartWith("s-");
    }

    [Fact]
    public void No_two_ids_are_alike() =>
        Enumerable.Range(0, 1000).Select(_ => SessionId.New()).Distinct().Count().ShouldBe(1000);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("s-")]
    [InlineData("s-0123456789abcdefghj")]
    [InlineData("s-0123456789abcdefghjkm")]
    [InlineData("t-0123456789abcdefghjk")]
    [InlineData("S-0123456789abcdefghjk")]
    [InlineData("s-0123456789ABCDEFGHJK")]
    [InlineData("s-0123456789abcdefghji")]
    [InlineData("s-0123456789abcde/../x")]
    public void Anything_else_is_no_id(string? text)
    {
        SessionId.TryParse(text, out var id).ShouldBeFalse();
        id.ShouldBe(default);
        id.ToString().ShouldBe("");
    }

    [Fact]
    public void The_right_length_and_letters_are_an_id() =>
        SessionId.TryParse("s-0123456789abcdefghjk", out _).ShouldBeTrue();
}
