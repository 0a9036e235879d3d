using Bartizan.Sandbox.Views;
using static Bartizan.Sandbox.Tests.Views.ViewHouse;

namespace Bartizan.Sandbox.Tests.Views;

public sealed class DiffTextTests : IDisposable
{
    private readonly ViewHouse _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task Text_is_shown_as_unified_hunks_and_everything_else_in_a_line()
    {
        _house.Write("a.txt", string.Concat(Enumerable.Range(1, 30).Select(i => $"line {i}\n")));
        _house.Write("gone", "bye");
        _house.Write("bin", "a\0b");
        var stage = await _house.StageAsync();
        await AgentAsync(
            stage,
            """
            sed -i -e '5s/.*/five/' -e '25d' a.txt; rm gone; printf 'a\0c' > bin; mkdir d; ln -s a.txt l
            printf 'evil\e[2J\ttab\n' > n
            """
        );

        var text = DiffText.Write(stage, await DiffAsync(stage), TestContext.Current.CancellationToken);

        text.ShouldBe(
            """
            changed a.txt
            @@ -2,7 +2,7 @@
             line 2
             line 3
             line 4
            -line 5
            +five
             line 6
             line 7
             line 8
            @@ -22,7 +22,6 @@
             line 22
             line 23
             line 24
            -line 25
             line 26
             line 27
             line 28
            changed bin
              not shown: binary, longer than 524288 bytes, or changed meanwhile (3 → 3 bytes)
            added d/
            deleted gone
            @@ -1,1 +0,0 @@
            -bye\ no newline at the end
            added l -> a.txt
            added n
            @@ -0,0 +1,1 @@
            +evil\x1b[2J	tab

            """
        );
    }

    [Fact]
    public void Steps_always_lead_from_the_old_lines_to_the_new()
    {
        var random = new[] { 7u };
        for (var round = 0; round < 400; round++)
        {
            var before = Lines(random, round % 23);
            var after = Lines(random, round % 19);

            var steps = LineDiff.Between(before, after);

            steps.Where(s => s.Kind != '+').Select(s => before[s.Old]).ShouldBe(before);
            steps.Where(s => s.Kind != '-').Select(s => after[s.New]).ShouldBe(after);
            steps.Where(s => s.Kind == ' ').ShouldAllBe(s => before[s.Old] == after[s.New]);
        }
    }

    [Fact]
    public void A_file_changed_in_every_line_is_bounded()
    {
        var before = Enumerable.Range(0, 20_000).Select(i => $"a{i}").ToArray();
        var after = Enumerable.Range(0, 20_000).Select(i => $"b{i}").ToArray();

        LineDiff.Between(before, after).Count.ShouldBe(40_000);
    }

    private static string[] Lines(uint[] seed, int count)
    {
        var lines = new string[count];
        for (var i = 0; i < count; i++)
        {
            seed[0] = (seed[0] * 1664525) + 1013904223;
            lines[i] = ((char)('a' + (seed[0] >> 28) % 4)).ToString();
        }

        return lines;
    }
}
