using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Shell;

/// <summary>Collects what one command does: its argv, its arguments by its program's model, and the commands within it.</summary>
internal sealed class CommandReading(ShellReading reading, ShellDirectories directories, int depth)
{
    private ShellDirectories _directories = directories;
    private bool _writes;
    private bool _posts;
    private bool _onlyNames;
    private string? _method;

    /// <summary>Reads the command.</summary>
    public void Read(ReadOnlySpan<ShellWord> words)
    {
        var name = words[0].Text;
        var isBare = name.IndexOf('/', StringComparison.Ordinal) < 0;
        if (isBare && ShellBuiltins.IsOpaque(name))
        {
            reading.MakeOpaque($"holds the shell's `{name}`", words[0].Position);
        }

        if (isBare && ShellBuiltins.Evaluates(words))
        {
            reading.MakeOpaque($"has `{name}` evaluate a word", words[0].Position);
        }

        if (isBare && (ShellBuiltins.IsIdle(name) || IsInnerMove(words)))
        {
            reading.Put(new ExecTarget(Texts(words)), isGuess: true);
            return;
        }

        var program = FindProgram(words[0], isBare);
        var model = ProgramModel.Find(program.Name);
        var arguments = model is null ? null : Arguments.Read(model, words);
        var argv = Texts(words).SetItem(0, program.Shown);
        reading.Put(new ExecTarget(argv) { Spellings = Spellings.Of(argv, program.Paths, program.Name, arguments) });
        if (arguments is null)
        {
            Guess(words);
            return;
        }

        CheckModel(arguments, words);
        foreach (var flag in arguments.Flags)
        {
            Take(flag, words[0].Position);
        }

        foreach (var inner in arguments.Commands)
        {
            reading.AddCommand(inner, _directories, depth + 1);
        }

        TakeOperands(arguments, words[0].Position);
    }

    private static ImmutableArray<string> Texts(ReadOnlySpan<ShellWord> words)
    {
        var texts = ImmutableArray.CreateBuilder<string>(words.Length);
        foreach (var word in words)
        {
            texts.Add(word.Text);
        }

        return texts.MoveToImmutable();
    }

    // A `cd` within the workspace reaches nothing that a path or a program named later doesn't say itself.
    private bool IsInnerMove(ReadOnlySpan<ShellWord> words)
    {
        if (
            words[0].Text != "cd"
            || words.Length != 2
            || words[1].IsPattern
            || words[1].Text is "-" or ""
            || _directories.IsUnknown
        )
        {
            return false;
        }

        return _directories
            .Enter(words[1].Text)
            .Paths.All(p => reading.Places.NamesOf(p) is [_, ..] names && names.All(IsWorkspace));
    }

    private static bool IsWorkspace(string name) =>
        name == "workspace" || name.StartsWith("workspace/", StringComparison.Ordinal);

    private (string Name, string Shown, ImmutableArray<string> Paths) FindProgram(ShellWord word, bool isBare)
    {
        var text = word.Text;
        var name = text[(text.LastIndexOf('/') + 1)..];
        if (isBare)
        {
            var found = reading.Places.FindProgram(text);
            if (found.IsDefaultOrEmpty && !ShellBuiltins.Is(text))
            {
                reading.Doubt($"runs `{ShellReading.Shown(text)}`, which is no known program", word.Position);
            }

            return (text, text, found.IsDefault ? [] : found);
        }

        var inside = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text.TrimStart('/');
        if (text.StartsWith("//", StringComparison.Ordinal) || inside.Split('/').Any(part => part is "" or "." or ".."))
        {
            reading.Doubt($"runs `{ShellReading.Shown(text)}` by a roundabout path", word.Position);
        }

        if (!text.StartsWith('/') && _directories.IsUnknown)
        {
            reading.Doubt($"runs `{ShellReading.Shown(text)}` in a directory that isn't known", word.Position);
        }

        // `/usr/bin/git` is `git` when that is what `git` would find.
        var same = reading.Places.FindProgram(name);
        var isSame = !same.IsDefault && same.Contains(text);
        ImmutableArray<string> paths = text.StartsWith('/')
            ? [ShellPlaces.Fold(text)]
            : [.. _directories.Paths.Select(d => ShellPlaces.Fold(ShellDirectories.Join(d, text)))];
        return (name, isSame ? name : text, [text, .. paths, .. isSame ? same : []]);
    }

    // A program that nobody modelled may be a wrapper: every word that is a program's name may be one that it runs.
    private void Guess(ReadOnlySpan<ShellWord> words)
    {
        for (var i = 1; i < words.Length; i++)
        {
            var text = words[i].Text;
            var name = text[(text.LastIndexOf('/') + 1)..];
            if (
                name.Length > 0
                && (ProgramModel.Find(name) is not null || !reading.Places.FindProgram(name).IsDefaultOrEmpty)
            )
            {
                var argv = Texts(words[i..]);
                var model = ProgramModel.Find(name);
                var arguments = model is null ? null : Arguments.Read(model, words[i..]);
                reading.Put(
                    new ExecTarget(argv) { Spellings = Spellings.Of(argv, [], name, arguments) },
                    isGuess: true
                );
            }

            if (words[i].IsPattern)
            {
                reading.MakeOpaque("leaves words of a program to the shell that it doesn't know", words[i].Position);
            }
        }
    }

    private void CheckModel(Arguments arguments, ReadOnlySpan<ShellWord> words)
    {
        var position = words[0].Position;
        if (arguments.Unknown is { } unknown)
        {
            reading.Doubt(
                $"uses what isn't known of `{ShellReading.Shown(words[0].Text)}`: {unknown.Reason}",
                unknown.Position
            );
        }

        for (var model = arguments.Model; model is not null; model = model.Parent)
        {
            if (model.Ask is { } why)
            {
                reading.Doubt(why, position);
            }
        }

        var isHere = !_directories.IsUnknown && _directories.Paths.All(p => p == reading.Start);
        if (!isHere && arguments.Model.AskElsewhere is { } elsewhere)
        {
            reading.Doubt(elsewhere, position);
        }

        foreach (var word in words)
        {
            if (word.IsPattern && !arguments.Model.TakesPatterns)
            {
                reading.MakeOpaque("leaves words of a program to the shell that may be flags", word.Position);
            }
        }
    }

    private void Take(GivenFlag flag, int position)
    {
        var model = flag.Model;
        if (model.Asks)
        {
            reading.Doubt($"uses `{flag.Name}`", flag.Value?.Position ?? position);
        }

        if (model.IsOpaque)
        {
            reading.MakeOpaque($"uses `{flag.Name}`, which may run anything", flag.Value?.Position ?? position);
        }

        _writes |= model.Writes;
        _posts |= model.Posts;
        _onlyNames |= model.OnlyNames;
        if (model.Value is { } role && flag.Value is { } value)
        {
            Take(role, value, flag.Name);
        }
    }

    private void TakeOperands(Arguments arguments, int position)
    {
        var operands = arguments.Operands;
        var roles =
            arguments.Flags.Any(f => f.Model.StandsForFirst) && arguments.Model.Operands is [_, .. var rest]
                ? rest
                : arguments.Model.Operands;
        if (_onlyNames)
        {
            return;
        }

        if (operands.Count == 0 && arguments.Model.RunsInput)
        {
            reading.MakeOpaque("runs what it reads from its input", position);
        }

        if (operands.Count == 0 && _writes)
        {
            reading.AddPath(Verb.Write, new ShellWord(".", position), _directories);
        }

        if (operands.Count > 0 && arguments.Flags.Any(f => f.Model.TakesScript))
        {
            reading.AddScript(operands[0], _directories, depth);
            return;
        }

        var repeat = roles.Any(r => r.Repeats) ? roles.IndexOf(roles.First(r => r.Repeats)) : -1;
        var tail = repeat < 0 ? 0 : roles.Length - repeat - 1;
        for (var i = 0; i < operands.Count; i++)
        {
            var at =
                repeat < 0 || i < repeat ? i
                : i >= operands.Count - tail ? roles.Length - (operands.Count - i)
                : repeat;
            if (at >= roles.Length)
            {
                if (!arguments.Model.HasSubcommands)
                {
                    reading.Doubt(
                        $"has an operand too many: `{ShellReading.Shown(operands[i].Text)}`",
                        operands[i].Position
                    );
                }

                continue;
            }

            if (roles[at].Role is ArgumentRole.Command or ArgumentRole.Variables)
            {
                TakeCommand(roles[at].Role, operands, i);
                return;
            }

            Take(roles[at].Role, operands[i], null);
        }
    }

    private void TakeCommand(ArgumentRole role, List<ShellWord> operands, int at)
    {
        while (
            role == ArgumentRole.Variables
            && at < operands.Count
            && operands[at].Text.Contains('=', StringComparison.Ordinal)
        )
        {
            if (!HarmlessVariables.Contains(operands[at].Text))
            {
                reading.MakeOpaque("sets a variable for a program", operands[at].Position);
            }

            at++;
        }

        if (at < operands.Count)
        {
            reading.AddCommand(operands.ToArray().AsSpan()[at..], _directories, depth + 1);
        }
    }

    private void Take(ArgumentRole role, ShellWord word, string? flag)
    {
        switch (role)
        {
            case ArgumentRole.Text:
                break;
            case ArgumentRole.Read:
                reading.AddPath(_writes ? Verb.Write : Verb.Read, word, _directories);
                break;
            case ArgumentRole.Write:
                reading.AddPath(Verb.Write, word, _directories);
                break;
            case ArgumentRole.Directory:
                reading.AddPath(Verb.Read, word, _directories);
                // Whether a path before or behind the flag counts from there differs from program to program: both are judged.
                _directories = word.IsPattern
                    ? ShellDirectories.Unknown
                    : _directories.Or(_directories.Enter(word.Text));
                break;
            case ArgumentRole.Script:
                reading.AddScript(word, _directories, depth);
                break;
            case ArgumentRole.Revision:
                reading.GuessPath(word, _directories);
                break;
            case ArgumentRole.Method:
                _method = word.Text;
                break;
            case ArgumentRole.Host or ArgumentRole.Url or ArgumentRole.RemoteRead or ArgumentRole.RemoteWrite:
                Connections.Add(reading, role, word, _directories, _method ?? (_posts ? "POST" : "GET"));
                break;
            case ArgumentRole.Sed when SedScript.IsHarmless(word.Text):
            case ArgumentRole.Awk when AwkScript.IsHarmless(word.Text):
            case ArgumentRole.GitSetting when GitSettings.IsHarmless(word.Text):
                break;
            case ArgumentRole.Opaque or ArgumentRole.Sed or ArgumentRole.Awk or ArgumentRole.GitSetting:
                reading.MakeOpaque(
                    flag is null ? "runs code that isn't a shell's" : $"uses `{flag}`, which may run anything",
                    word.Position
                );
                break;
            case ArgumentRole.Command or ArgumentRole.CommandUntil or ArgumentRole.Variables:
                reading.AddCommand([word], _directories, depth + 1);
                break;
            default:
                reading.Doubt(
                    $"uses {(flag is null ? "an argument" : $"`{flag}`")} that isn't known to be harmless",
                    word.Position
                );
                break;
        }
    }
}
