namespace Bartizan.Core.Shell;

/// <summary>A command's words, told apart by its program's model.</summary>
internal sealed class Arguments
{
    /// <summary>The flags, in their order.</summary>
    public List<GivenFlag> Flags { get; } = [];

    /// <summary>The operands, in their order.</summary>
    public List<ShellWord> Operands { get; } = [];

    /// <summary>The subcommands before the operands, outermost first.</summary>
    public List<string> Subcommands { get; } = [];

    /// <summary>The innermost model: the program's, or its subcommand's.</summary>
    public required ProgramModel Model { get; set; }

    /// <summary>The first argument that no model knows; null when all are known.</summary>
    public ShellProblem? Unknown { get; private set; }

    /// <summary>Tells the words of a command apart.</summary>
    public static Arguments Read(ProgramModel model, ReadOnlySpan<ShellWord> words)
    {
        var read = new Arguments { Model = model };
        var ended = false;
        for (var i = 1; i < words.Length; i++)
        {
            var word = words[i];
            if (!ended && word.Text == "--")
            {
                ended = true;
            }
            else if (!ended && word.Text.Length > 1 && word.Text[0] == '-')
            {
                i = read.ReadFlag(words, i);
            }
            else if (read.Model.HasSubcommands)
            {
                read.Enter(word);
            }
            else
            {
                read.Operands.Add(word);
                ended |= read.Model.Style == OptionStyle.Posix || read.IsCommand(read.Operands.Count - 1);
            }
        }

        return read;
    }

    private bool IsCommand(int operand) =>
        operand < Model.Operands.Length && Model.Operands[operand].Role == ArgumentRole.Command;

    private void Enter(ShellWord word)
    {
        if (Model.FindSubcommand(word.Text) is { } sub && !word.IsPattern)
        {
            Subcommands.Add(word.Text);
            Model = sub;
            return;
        }

        Doubt($"`{word.Text}` is no known subcommand", word.Position);
        Operands.Add(word);
    }

    private void Doubt(string reason, int position) => Unknown ??= new ShellProblem(reason, position);

    private int ReadFlag(ReadOnlySpan<ShellWord> words, int i)
    {
        var word = words[i];
        var text = word.Text;
        if (Model.TakesNumbers && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            return i;
        }

        if (text.StartsWith("--", StringComparison.Ordinal) || Model.Style == OptionStyle.Words || IsWhole(text))
        {
            return ReadLong(words, i);
        }

        for (var at = 1; at < text.Length; at++)
        {
            var name = $"-{text[at]}";
            if (Model.FindFlag(name) is not { } flag)
            {
                Doubt($"`{name}` is no known flag", word.Position);
                return i;
            }

            if (flag.Value is null)
            {
                Flags.Add(new GivenFlag(flag, name, null));
                continue;
            }

            var rest = text[(at + 1)..];
            return rest.Length > 0 ? Add(flag, name, word with { Text = rest }, i)
                : flag.IsOptional ? Add(flag, name, null, i)
                : AddNext(flag, name, words, i);
        }

        return i;
    }

    // `-exec` of a program whose other flags are letters.
    private bool IsWhole(string text) => text.Length > 2 && Model.FindFlag(text.Split('=')[0]) is not null;

    private int ReadLong(ReadOnlySpan<ShellWord> words, int i)
    {
        var word = words[i];
        var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? word.Text : word.Text[..equals];
        var value = equals < 0 ? null : word with { Text = word.Text[(equals + 1)..] };
        if (Model.FindFlag(name) is not { } flag)
        {
            // An abbreviation is known by what it may stand for, and asked about: the program may know more flags than the model.
            var candidates = name.Length > 2 ? Model.FlagsStarting(name).Take(2).ToList() : [];
            Doubt($"`{name}` is no known flag", word.Position);
            if (candidates.Count != 1)
            {
                return i;
            }

            flag = candidates[0];
            name = flag.Names.First(n => n.StartsWith(name, StringComparison.Ordinal));
        }

        if (flag.Value is null && value is not null)
        {
            Doubt($"`{name}` takes no value", word.Position);
        }

        return flag.Value is null || flag.IsOptional || value is not null
            ? Add(flag, name, value, i)
            : AddNext(flag, name, words, i);
    }

    private int Add(FlagModel flag, string name, ShellWord? value, int i)
    {
        Flags.Add(new GivenFlag(flag, name, value));
        return i;
    }

    private int AddNext(FlagModel flag, string name, ReadOnlySpan<ShellWord> words, int i)
    {
        if (flag.Value == ArgumentRole.CommandUntil)
        {
            return AddCommand(flag, name, words, i);
        }

        if (i + 1 >= words.Length)
        {
            Doubt($"`{name}` lacks its value", words[i].Position);
            return Add(flag, name, null, i);
        }

        return Add(flag, name, words[i + 1], i + 1);
    }

    // find: the words up to `;`, or to a `+` behind `{}`.
    private int AddCommand(FlagModel flag, string name, ReadOnlySpan<ShellWord> words, int i)
    {
        var end = i + 1;
        while (end < words.Length && words[end].Text != ";" && !(words[end].Text == "+" && words[end - 1].Text == "{}"))
        {
            end++;
        }

        Commands.Add([.. words[(i + 1)..end]]);
        return Add(flag, name, null, end);
    }

    /// <summary>The commands that flags hold.</summary>
    public List<ShellWord[]> Commands { get; } = [];
}
