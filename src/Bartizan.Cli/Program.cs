using System.CommandLine;
using Bartizan.Cli;
using Bartizan.Cli.Commands;
using Bartizan.Cli.Terminal;
using Bartizan.Client;

var root = RootCommands.Make();
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    var path = WordsOf(parsed.CommandResult.Command);
    return Screen.Error(ExitCode.Usage, UsageError.Of(parsed, path), $"`{path} --help` shows how it is used");
}

try
{
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
    );
}
catch (ControlException e)
{
    return Screen.Error(e.Problem.Code, e.Problem.Error, e.Problem.Hint);
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException)
{
    return Screen.Error(ExitCode.Failed, e.Message);
}

static string WordsOf(Command command) =>
    command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{WordsOf(parent)} {command.Name}" : "bartizan";
