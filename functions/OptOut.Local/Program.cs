using OptOut.Local.Commands;

return await CommandRunner.MainAsync(args, Console.Out, Console.Error);
