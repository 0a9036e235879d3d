using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Shell;

/// <summary>Goes through the commands of a script and collects what they do.</summary>
internal sealed class ShellReading(string raw, string start, ShellPlaces places)
{
    /// <summary>Scripts within scripts and commands within commands. Deeper ones are opaque.</summary>
    private const int MaxDepth = 6;

    /// <summary>Actions of one script, those of its inner commands included. With more it is opaque.</summary>
    private const int MaxActions = 256;

    private readonly List<ShellAction> _actions = [];
    private readonly List<ShellProblem> _reasons = [];
    private Effect _atBest = Effect.Allow;
    private int _commands;

    /// <summary>What a shell would find.</summary>
    public ShellPlaces Places => places;

    /// <summary>The directory that the script starts in.</summary>
    public string Start => start;

    /// <summary>What was collected.</summary>
    public ShellActions ToActions(ShellScript script) =>
        new()
        {
            Script = script,
            Actions = [.. _actions.Distinct()],
            AtBest = _atBest,
            Reasons = [.. _reasons.Distinct()],
        };

    /// <summary>Collects what a script's commands do.</summary>
    public void Add(ShellScript script, int depth)
    {
        if (script.Problem is { } problem)
        {
            MakeOpaque(problem.Reason, problem.Position);
            _atBest = problem.IsRefused ? Effect.Deny : _atBest;
        }

        foreach (var command in script.Commands)
        {
            foreach (var redirection in command.Redirections)
            {
                AddPath(redirection.Writes ? Verb.Write : Verb.Read, redirection.Target, command.Directories);
            }

            AddCommand(command.Words.AsSpan(), command.Directories, depth);
        }

        // Only commands that do nothing: they are what a rule has to allow.
        if (depth == 0 && _actions.TrueForAll(a => a.IsGuess))
        {
            foreach (var command in script.Commands)
            {
                Put(new ExecTarget([.. command.Words.Select(w => w.Text)]));
            }
        }
    }

    /// <summary>Collects what one command does.</summary>
    public void AddCommand(ReadOnlySpan<ShellWord> words, ShellDirectories directories, int depth)
    {
        if (words.IsEmpty || words[0].Text.Length == 0)
        {
            MakeOpaque("runs a command without a name", words.IsEmpty ? 0 : words[0].Position);
            return;
        }

        if (depth > MaxDepth || ++_commands > ShellScript.MaxCommands)
        {
            MakeOpaque("holds commands within commands, too many or too deep", words[0].Position);
            return;
        }

        new CommandReading(
            this,
            directories.IsUnknown || directories.Paths.IsEmpty ? ShellDirectories.Unknown : directories,
            depth
        ).Read(words);
    }

    /// <summary>Reads a script within the script.</summary>
    public void AddScript(ShellWord word, ShellDirectories directories, int depth)
    {
        if (depth > MaxDepth)
        {
            MakeOpaque("holds scripts within scripts, too deep", word.Position);
            return;
        }

        var inner = ShellScript.Parse(word.Text, null, places.Home);
        // Positions of the inner script mean nothing outside.
        Add(
            inner with
            {
                Commands = ShellFlow.Follow(inner.Commands, directories, places.Home),
                Problem = inner.Problem is { } problem ? problem with { Position = word.Position } : null,
            },
            depth + 1
        );
    }

    /// <summary>Nothing is known of some of it.</summary>
    public void MakeOpaque(string reason, int position)
    {
        Doubt(reason, position);
        Put(ExecTarget.Opaque(raw.Length == 0 ? " " : raw));
    }

    /// <summary>At best a person is asked.</summary>
    public void Doubt(string reason, int position)
    {
        _reasons.Add(new ShellProblem(reason, position));
        _atBest = _atBest < Effect.Ask ? _atBest : Effect.Ask;
    }

    /// <summary>Adds an action.</summary>
    public void Put(ActionTarget target, bool isGuess = false)
    {
        if (_actions.Count < MaxActions)
        {
            _actions.Add(new ShellAction(target) { IsGuess = isGuess });
        }
        else if (_actions.Count == MaxActions)
        {
            _actions.Add(new ShellAction(ExecTarget.Opaque(raw)));
            Doubt($"does more than {MaxActions} things", 0);
        }
    }

    /// <summary>Adds a path that is read or written, in each directory that the command may run in.</summary>
    public void AddPath(Verb verb, ShellWord word, ShellDirectories directories)
    {
        var path = word.Text;
        if (path is "" or "-" or "/dev/null" or "/dev/stdin" or "/dev/stdout" or "/dev/stderr")
        {
            return;
        }

        if (word.IsPattern)
        {
            Doubt("leaves names to the shell, which files is not known", word.Position);
        }

        if (path.StartsWith('/'))
        {
            PutPath(verb, path, word, word.IsPattern);
            return;
        }

        if (directories.IsUnknown)
        {
            Doubt($"names `{Shown(path)}` in a directory that isn't known", word.Position);
            PutPath(verb, ShellDirectories.Join(start, path), word, isGuess: true);
        }

        foreach (var directory in directories.Paths)
        {
            PutPath(verb, ShellDirectories.Join(directory, path), word, word.IsPattern);
        }
    }

    /// <summary>Adds what may be a path, or <c>revision:path</c>: a rule against it counts.</summary>
    public void GuessPath(ShellWord word, ShellDirectories directories)
    {
        var path = word.Text[(word.Text.LastIndexOf(':') + 1)..];
        if (path.Length == 0)
        {
            return;
        }

        foreach (var directory in directories.IsUnknown ? [start] : directories.Paths)
        {
            var names = places.NamesOf(ShellDirectories.Join(directory, path));
            if (!names.IsDefaultOrEmpty)
            {
                Put(new FileTarget(Verb.Read, names), isGuess: true);
            }
        }
    }

    /// <summary>A text of the script, short and fit to be shown.</summary>
    public static string Shown(string text) => Policies.Policy.Shown(text);

    private void PutPath(Verb verb, string path, ShellWord word, bool isGuess)
    {
        var names = places.NamesOf(path);
        if (names.IsDefaultOrEmpty)
        {
            Doubt($"names `{Shown(word.Text)}`, and where it leads isn't known", word.Position);
            return;
        }

        Put(new FileTarget(verb, names), isGuess);
    }
}
