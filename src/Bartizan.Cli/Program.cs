using System.CommandLine;
using Bartizan.Cli;
using Bartizan.Cli.Commands;
using Bartizan.Cli.Terminal;
using Bartizan.Client;

var root = RootCommands.Make();
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    return Screen.Error(
        ExitCode.Usage,
        parsed.Errors[0].Message.TrimEnd('.'),
        $"`bartizan {parsed.CommandResult.Command.Name} --help` shows how it is used"
    );
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
