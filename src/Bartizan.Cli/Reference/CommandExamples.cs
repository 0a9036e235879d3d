using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Bartizan.Cli.Reference;

/// <summary>
/// The example of each command: the words after <c>Example:</c> in its description, taken out of it and shown by
/// <c>--help</c> and the reference page on lines of their own.
/// </summary>
internal sealed class CommandExamples
{
    private const string Mark = " Example: ";

    private readonly Dictionary<Command, string> _examples = [];

    private CommandExamples(RootCommand root)
    {
        Take(root);
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExample(this, (SynchronousCommandLineAction)help.Action!);
        }
    }

    /// <summary>Takes the examples out of a command tree and has <c>--help</c> show them.</summary>
    public static CommandExamples In(RootCommand root) => new(root);

    /// <summary>The example of a command; null when it has none.</summary>
    public string? Of(Command command) => _examples.GetValueOrDefault(command);

    private void Take(Command command)
    {
        var parts = (command.Description ?? "").Split(Mark, 2);
        if (parts.Length == 2)
        {
            command.Description = parts[0];
            _examples[command] = parts[1];
        }

        foreach (var inner in command.Subcommands)
        {
            Take(inner);
        }
    }

    private sealed class HelpWithExample(CommandExamples examples, SynchronousCommandLineAction help)
        : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            if (examples.Of(parseResult.CommandResult.Command) is { } example)
            {
                parseResult.InvocationConfiguration.Output.WriteLine($"Example:\n  {example}\n");
            }

            return code;
        }
    }
}
