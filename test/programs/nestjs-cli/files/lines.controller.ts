import { Controller, Get, NotFoundException, Param, ParseIntPipe, Post } from '@nestjs/common';

@Controller('lines')
export class LinesController {
  @Get(':line/signals/:number')
  async find(@Param('line') line: string, @Param('number', ParseIntPipe) number: number): Promise<object> {
    if (number > 9) throw new NotFoundException();
    return { line, number };
  }

  @Post()
  create(): never {
    throw new Error('no more lines');
  }
}
