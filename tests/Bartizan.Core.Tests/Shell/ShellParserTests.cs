using Bartizan.Core.Shell;

namespace Bartizan.Core.Tests.Shell;

public sealed class ShellParserTests
{
    [Theory]
    [InlineData("ls", "[ls]")]
    [InlineData("  ls\t-la  ", "[ls|-la]")]
    [InlineData("a && b || c; d | e\nf", "[a] [b] [c] [d] [e] [f]")]
    [InlineData("echo 'a  b' \"c  d\" e\\ f", "[echo|a  b|c  d|e f]")]
    [InlineData("r''m r\\m \"r\"m", "[rm|rm|rm]")]
    [InlineData("echo \"\\$x \\` \\\" \\\\ \\n\"", "[echo|$x ` \" \\ \\n]")]
    [InlineData("echo a\\\nb \\\n c", "[echo|ab|c]")]
    [InlineData("echo a # b; rm c\nd", "[echo|a] [d]")]
    [InlineData("echo a#b '#c'", "[echo|a#b|#c]")]
    [InlineData("a &&\n\n b |\n c", "[a] [b] [c]")]
    [InlineData("cat ~/x ~", "[cat|/home/agent/x|/home/agent]")]
    [InlineData("git show HEAD~1 HEAD^", "[git|show|HEAD~1|HEAD^]")]
    [InlineData("find . -name x -exec cat {} \\;", "[find|.|-name|x|-exec|cat|{}|;]")]
    [InlineData("! a && [ a != b ]", "[a] [[|a|!=|b|]]")]
    [InlineData("'' x", "opaque")]
    [InlineData("echo '' x", "[echo||x]")]
    [InlineData("echo -n \"Fix it!\"", "[echo|-n|Fix it!]")]
    [InlineData("", "")]
    [InlineData("# nothing", "")]
    public void What_a_shell_would_run_is_what_is_read(string script, string commands) =>
        Read(script).ShouldBe(commands);

    [Theory]
    [InlineData("echo $x")]
    [InlineData("echo \"$x\"")]
    [InlineData("echo $(id)")]
    [InlineData("echo `id`")]
    [InlineData("echo \"`id`\"")]
    [InlineData("echo $'a'")]
    [InlineData("a & b")]
    [InlineData("a |& b")]
    [InlineData("(a)")]
    [InlineData("{ a; }")]
    [InlineData("a() { b; }")]
    [InlineData("a {x,y}")]
    [InlineData("X=1 a")]
    [InlineData("X=1")]
    [InlineData("X+=1")]
    [InlineData("X[1]=2 a")]
    [InlineData("if a; then b; fi")]
    [InlineData("i\\\nf a")]
    [InlineData("while a; do b; done")]
    [InlineData("[[ a ]]")]
    [InlineData("time ! a")]
    [InlineData("time X=1 a")]
    [InlineData("a <<E\nb\nE")]
    [InlineData("a <<< b")]
    [InlineData("a <(b)")]
    [InlineData("a >| b")]
    [InlineData("a >& b")]
    [InlineData("a >! b")]
    [InlineData("a >>!b")]
    [InlineData("a &> b")]
    [InlineData("a <> b")]
    [InlineData("a {fd}> b")]
    [InlineData("a 3> b")]
    [InlineData("a 12> b")]
    [InlineData("a 2>&3")]
    [InlineData("a > $x")]
    [InlineData("a > *")]
    [InlineData("a > /dev/tcp/1.2.3.4/80")]
    [InlineData("> a")]
    [InlineData("a >")]
    [InlineData("a &&")]
    [InlineData("a &\\\n& b")]
    [InlineData("; a")]
    [InlineData("a ;; b")]
    [InlineData("&& a")]
    [InlineData("a | ! b")]
    [InlineData("! ! a")]
    [InlineData("echo 'a")]
    [InlineData("echo \"a")]
    [InlineData("echo a\\")]
    [InlineData("echo ~root")]
    [InlineData("echo a=~/b")]
    [InlineData("echo hi!x")]
    [InlineData("echo =ls")]
    [InlineData("*")]
    [InlineData("l?")]
    [InlineData("%1")]
    [InlineData("\"2\">a")]
    [InlineData("a \\2>b")]
    public void What_is_not_of_the_subset_is_opaque(string script)
    {
        var parsed = ShellScript.Parse(script, "/workspace", "/home/agent");
        parsed.Problem.ShouldNotBeNull(string.Join(' ', parsed.Commands.Select(c => c.Words[0].Text)));
        parsed.Problem.Reason.ShouldNotBeEmpty();
        parsed.Problem.Position.ShouldBeInRange(0, script.Length);
    }

    [Theory]
    [InlineData('\0')]
    [InlineData('\r')]
    [InlineData('\u001b')]
    [InlineData('\u007f')]
    [InlineData('\u0085')]
    [InlineData('\u00a0')]
    [InlineData('\u2003')]
    [InlineData('\u200b')]
    [InlineData('\u2028')]
    [InlineData('\u202e')]
    [InlineData('\u2066')]
    [InlineData('\ufeff')]
    [InlineData('\u3164')]
    [InlineData('\ud800')]
    [InlineData('\ue000')]
    public void A_character_that_hides_something_is_refused(char c)
    {
        var problem = ShellScript.Parse($"ls{c}x", "/workspace", null).Problem.ShouldNotBeNull();
        problem.IsRefused.ShouldBeTrue();
        problem.Position.ShouldBe(2);
    }

    [Fact]
    public void Letters_of_any_script_are_read() => Read("echo žluťoučký 漢字 😀").ShouldBe("[echo|žluťoučký|漢字|😀]");

    [Fact]
    public void A_script_too_long_or_of_too_many_commands_is_opaque()
    {
        ShellScript.Parse(new string('a', ShellScript.MaxLength), null, null).Problem.ShouldBeNull();
        ShellScript.Parse(new string('a', ShellScript.MaxLength + 1), null, null).Problem.ShouldNotBeNull();
        var commands = string.Join(';', Enumerable.Repeat("a", ShellScript.MaxCommands));
        ShellScript.Parse(commands, null, null).Problem.ShouldBeNull();
        ShellScript.Parse(commands + ";a", null, null).Problem.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("x", "/workspace")]
    [InlineData("cd a && x", "/workspace/a")]
    [InlineData("cd a; x", "/workspace/a /workspace")]
    [InlineData("cd a\nx", "/workspace/a /workspace")]
    [InlineData("cd a || x", "/workspace")]
    [InlineData("cd a && cd ../b && x", "/workspace/b")]
    [InlineData("cd a || exit 1; x", "/workspace/a")]
    [InlineData("! cd a && x", "/workspace")]
    [InlineData("cd && x", "/home/agent")]
    [InlineData("cd ~/p && x", "/home/agent/p")]
    [InlineData("cd /etc && x", "/etc")]
    [InlineData("cd - && x", "?")]
    [InlineData("cd a* && x", "?")]
    [InlineData("cd -P a && x", "?")]
    [InlineData("pushd a; x", "?")]
    [InlineData("command cd a && x", "?")]
    [InlineData("cd a | b; x", "/workspace /workspace/a")]
    [InlineData("cd a | x", "/workspace")]
    [InlineData("a && cd b && c; x", "/workspace/b /workspace")]
    public void The_directory_is_followed_as_far_as_it_is_certain(string script, string directories)
    {
        var last = ShellScript.Parse(script, "/workspace", "/home/agent").Commands[^1];
        (last.Directories.IsUnknown ? "?" : string.Join(' ', last.Directories.Paths)).ShouldBe(directories);
    }

    private static string Read(string script)
    {
        var parsed = ShellScript.Parse(script, "/workspace", "/home/agent");
        return parsed.Problem is { }
            ? "opaque"
            : string.Join(' ', parsed.Commands.Select(c => $"[{string.Join('|', c.Words.Select(w => w.Text))}]"));
    }
}
